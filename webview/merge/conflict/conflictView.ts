import {stageTitle} from '../../../trainer/contract/overview/stageTitle.ts';
import type {Cosines, GradientConflict} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {gradientConflictCsv} from '../../../trainer/contract/run/measured/gradientConflictCsv.ts';
import {rangeNumbers} from '../../../trainer/contract/run/measured/rangeMeans.ts';
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
import {cosineHistogram, cosineTitle} from './cosineHistogram.ts';
import {ConflictFigure} from './conflictFigure.ts';
import {conflictPixels, scaleEnd} from './conflictPixels.ts';
import {conflictSvg} from './conflictSvg.ts';
import {blockTable, conflictSummary, partTable, proposalTable} from './conflictTables.ts';

const whole = 'whole network';

/** The gradient conflict of one model in one part of the network, both chosen by the user: heat map, histogram and tables. */
export class ConflictView implements MeasuredView<GradientConflict> {
  readonly root = element('div');
  readonly #panel: Panel;
  readonly #figure = new ConflictFigure();
  readonly #histogram = element('img', {class: 'box-plots'});
  readonly #blocks = element('div');
  readonly #choice = new ResultChoice<GradientConflict>({
    modelLabel: 'Model',
    partLabel: 'Conflict in',
    whole,
    titleOf: ({model, ranges}) => stageTitle(model, ranges),
    partsOf: ({parts}) => parts.map(({name}) => name),
    onResult: () => this.#build(),
    onPart: () => this.#showPart(),
  });

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  show(results: readonly GradientConflict[]): void {
    this.#choice.take(results);
  }

  exports(): HTMLElement[] {
    return [
      button('Save cosines as CSV', () => void this.#saveCsv()),
      ...pictureButtons(
        this.#panel,
        'heat map',
        () => this.#title(),
        () => this.#mapSvg(printTheme),
      ),
      ...pictureButtons(
        this.#panel,
        'histogram',
        () => cosineTitle,
        () => this.#histogramSvg(printTheme),
      ),
    ];
  }

  restyle(): void {
    const shown = this.#choice.shown;
    if (shown === undefined) return;
    const theme = readTheme();
    this.#figure.show(shown, this.#cosines(shown), this.#mapSvg(theme), this.#title());
    this.#histogram.src = svgUri(this.#histogramSvg(theme));
    this.#histogram.alt = `Histogram: ${this.#title()}, over all pairs and within the ranges of the run.`;
  }

  /** Everything; then what depends on the part. */
  #build(): void {
    const shown = this.#choice.shown;
    if (shown === undefined) return setChildren(this.root);
    setChildren(
      this.root,
      element('p', {}, conflictSummary(shown)),
      this.#choice.bar(shown),
      this.#figure.root,
      element('figure', {}, this.#histogram),
      this.#blocks,
      partTable(shown),
      proposalTable(shown),
    );
    this.#showPart();
  }

  #showPart(): void {
    const shown = this.#choice.shown;
    if (shown === undefined) return;
    setChildren(this.#blocks, blockTable(shown, this.#cosines(shown)));
    this.restyle();
  }

  #cosines({overall, parts}: GradientConflict): Cosines {
    return parts.find(({name}) => name === this.#choice.part)?.cosines ?? overall;
  }

  #title(): string {
    return `Gradient conflict of ${this.#choice.title}, ${this.#choice.part}`;
  }

  #mapSvg(theme: Theme): string {
    const shown = this.#choice.shown;
    if (shown === undefined) return '';
    const cosines = this.#cosines(shown);
    const end = scaleEnd(cosines);
    const {trainTimesteps, ranges} = shown;
    return conflictSvg({title: this.#title(), pixels: dataUri(cosines, end), end, trainTimesteps, ranges}, theme);
  }

  #histogramSvg(theme: Theme): string {
    const shown = this.#choice.shown;
    if (shown === undefined) return '';
    return histogramSvg(cosineHistogram(this.#cosines(shown), rangeNumbers(shown.timesteps, shown.ranges)), theme);
  }

  async #saveCsv(): Promise<void> {
    const shown = this.#choice.shown;
    if (shown !== undefined)
      await saveCsv(this.#panel, `gradient-conflict-${shown.model}.csv`, gradientConflictCsv(shown));
  }
}

/** The map as a data URI, one pixel for each pair of timesteps. */
function dataUri(cosines: Cosines, end: number): string {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, {width: cosines.length, height: cosines.length});
  canvas.getContext('2d')?.putImageData(new ImageData(conflictPixels(cosines, end), cosines.length), 0, 0);
  return canvas.toDataURL();
}
