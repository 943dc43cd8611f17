import {barChart} from '../../../trainer/chart/barChart.ts';
import type {ActivationChange, SiteChange} from '../../../trainer/contract/run/measured/activationChange.ts';
import {activationChangeCsv} from '../../../trainer/contract/run/measured/activationChangeCsv.ts';
import {siteMeans} from '../../../trainer/contract/run/measured/activationMeans.ts';
import {histogramSvg} from '../../charts/histogramSvg.ts';
import {pictureButtons} from '../../charts/pictureButtons.ts';
import {saveCsv} from '../../charts/saveCsv.ts';
import {svgUri} from '../../charts/svgUri.ts';
import {element, setChildren} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import {printTheme, readTheme, type Theme} from '../../theme.ts';
import {button, dropdown} from '../../toolkit.ts';
import type {MeasuredView} from '../measuredSection.ts';
import {activationSummary, siteTable} from './activationTables.ts';
import {changeHistogram} from './changeHistogram.ts';

const everywhere = 'all blocks';

/** The activation change of one model: histograms after one block or all of them, both chosen by the user, bars by block and a table. */
export class ActivationView implements MeasuredView<ActivationChange> {
  readonly root = element('div');
  readonly #panel: Panel;
  readonly #histogram = element('img', {class: 'box-plots'});
  readonly #bars = element('img', {class: 'box-plots'});
  #results: readonly ActivationChange[] = [];
  #model = '';
  #site = everywhere;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  show(results: readonly ActivationChange[]): void {
    if (JSON.stringify(results) === JSON.stringify(this.#results)) return;
    const news = results.filter(({key}) => !this.#results.some((known) => known.key === key));
    // What was just measured is what the user wants to see.
    if (this.#results.length > 0 && news.length === 1) this.#model = news[0]?.model ?? this.#model;
    this.#results = results;
    this.#build();
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
    if (this.#shown() === undefined) return;
    const theme = readTheme();
    this.#histogram.src = svgUri(this.#histogramSvg(theme));
    this.#histogram.alt = `Histogram: ${this.#title()}, along channels and along space. The sizes are in the table below.`;
    this.#bars.src = svgUri(this.#barSvg(theme));
    this.#bars.alt = `Bars: ${this.#barTitle()}. The numbers are in the table below.`;
  }

  #build(): void {
    const shown = this.#shown();
    if (shown === undefined) return setChildren(this.root);
    this.#model = shown.model;
    const models = this.#results.map(({model}) => ({value: model, label: model}));
    const chooseModel = (model: string) => {
      this.#model = model;
      this.#build();
    };
    const names = [everywhere, ...shown.sites.map(({name}) => name)];
    if (!names.includes(this.#site)) this.#site = everywhere;
    const chooseSite = (site: string) => {
      this.#site = site;
      this.restyle();
    };
    const sites = names.map((name) => ({value: name, label: name}));
    const bar = element(
      'div',
      {class: 'bar'},
      models.length < 2 ? null : dropdown('Change of model', models, shown.model, chooseModel),
      dropdown('Change after', sites, this.#site, chooseSite),
    );
    setChildren(
      this.root,
      element('p', {}, activationSummary(shown)),
      bar,
      element('figure', {}, this.#histogram),
      element('figure', {}, this.#bars),
      siteTable(shown.sites),
    );
    this.restyle();
  }

  #shown(): ActivationChange | undefined {
    return this.#results.find(({model}) => model === this.#model) ?? this.#results[0];
  }

  #title(): string {
    return `Activation change of ${this.#shown()?.model ?? ''}, ${this.#site}`;
  }

  #barTitle(): string {
    return `Activation change of ${this.#shown()?.model ?? ''} by block`;
  }

  #histogramSvg(theme: Theme): string {
    const all = this.#shown()?.sites ?? [];
    const chosen = all.filter(({name}) => name === this.#site);
    return histogramSvg(changeHistogram(chosen.length > 0 ? chosen : all, this.#title()), theme);
  }

  #barSvg(theme: Theme): string {
    const sites = this.#shown()?.sites ?? [];
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
    const shown = this.#shown();
    if (shown !== undefined)
      await saveCsv(this.#panel, `activation-change-${shown.model}.csv`, activationChangeCsv(shown));
  }
}
