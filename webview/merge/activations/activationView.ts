import {barChart} from '../../../trainer/chart/barChart.ts';
import {
  finetuneTitle,
  type ActivationChange,
  type SiteChange,
} from '../../../trainer/contract/run/measured/activationChange.ts';
import {activationChangeCsv} from '../../../trainer/contract/run/measured/activationChangeCsv.ts';
import {siteMeans} from '../../../trainer/contract/run/measured/activationMeans.ts';
import {histogramSvg} from '../../charts/histogramSvg.ts';
import {pictureButtons} from '../../charts/pictureButtons.ts';
import {saveCsv} from '../../charts/saveCsv.ts';
import {svgUri} from '../../charts/svgUri.ts';
import {element, setChildren} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import {printTheme, readTheme, type Theme} from '../../theme.ts';
import {button} from '../../toolkit.ts';
import type {MeasuredView} from '../measuredSection.ts';
import {ResultChoice} from '../resultChoice.ts';
import {activationSummary, siteTable} from './activationTables.ts';
import {changeHistogram} from './changeHistogram.ts';

const everywhere = 'all blocks';

/** The activation change of one model: histograms after one block or all of them, both chosen by the user, bars by block and a table. */
export class ActivationView implements MeasuredView<ActivationChange> {
  readonly root = element('div');
  readonly #panel: Panel;
  readonly #histogram = element('img', {class: 'box-plots'});
  readonly #bars = element('img', {class: 'box-plots'});
  readonly #choice = new ResultChoice<ActivationChange>({
    modelLabel: 'Change of model',
    partLabel: 'Change after',
    whole: everywhere,
    titleOf: finetuneTitle,
    partsOf: ({sites}) => sites.map(({name}) => name),
    onResult: () => this.#build(),
    onPart: () => this.restyle(),
  });

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  show(results: readonly ActivationChange[]): void {
    this.#choice.take(results);
  }

  exports(): HTMLElement[] {
    return [
      button('Save changes as CSV', () => void this.#saveCsv()),
      ...pictureButtons(
        this.#panel,
        'change histogram',
        () => this.#title(),
        () => this.#histogramSvg(printTheme),
      ),
      ...pictureButtons(
        this.#panel,
        'change bars',
        () => this.#barTitle(),
        () => this.#barSvg(printTheme),
      ),
    ];
  }

  restyle(): void {
    if (this.#choice.shown === undefined) return;
    const theme = readTheme();
    this.#histogram.src = svgUri(this.#histogramSvg(theme));
    this.#histogram.alt = `Histogram: ${this.#title()}, along channels and along space. The sizes are in the table below.`;
    this.#bars.src = svgUri(this.#barSvg(theme));
    this.#bars.alt = `Bars: ${this.#barTitle()}. The numbers are in the table below.`;
  }

  #build(): void {
    const shown = this.#choice.shown;
    if (shown === undefined) return setChildren(this.root);
    setChildren(
      this.root,
      element('p', {}, activationSummary(shown)),
      this.#choice.bar(shown),
      element('figure', {}, this.#histogram),
      element('figure', {}, this.#bars),
      siteTable(shown.sites),
    );
    this.restyle();
  }

  #title(): string {
    return `Activation change of ${this.#choice.title}, ${this.#choice.part}`;
  }

  #barTitle(): string {
    return `Activation change of ${this.#choice.title} by block`;
  }

  #histogramSvg(theme: Theme): string {
    const all = this.#choice.shown?.sites ?? [];
    const chosen = all.filter(({name}) => name === this.#choice.part);
    return histogramSvg(changeHistogram(chosen.length > 0 ? chosen : all, this.#title()), theme);
  }

  #barSvg(theme: Theme): string {
    const sites = this.#choice.shown?.sites ?? [];
    const bars = (axis: 'channel' | 'spatial') =>
      sites.map((site: SiteChange) => ({value: siteMeans(site)[axis].rms, error: 0}));
    const series = [
      {name: 'channels', colour: theme.series[0] ?? 'currentColor', bars: bars('channel')},
      {name: 'space', colour: theme.series[1] ?? 'currentColor', bars: bars('spatial')},
    ];
    const axes = {xLabel: 'after block', yLabel: 'root mean square of the change'};
    return barChart({title: this.#barTitle(), ...axes, groups: sites.map(({name}) => name), series}, theme);
  }

  async #saveCsv(): Promise<void> {
    const shown = this.#choice.shown;
    if (shown !== undefined)
      await saveCsv(this.#panel, `activation-change-${shown.model}.csv`, activationChangeCsv(shown));
  }
}
