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
import {button, dropdown} from '../../toolkit.ts';
import type {MeasuredView} from '../measuredSection.ts';
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
  #results: readonly GradientConflict[] = [];
  #model = '';
  #part = whole;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  show(results: readonly GradientConflict[]): void {
    if (JSON.stringify(results) === JSON.stringify(this.#results)) return;
    this.#results = results;
    this.#build();
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
    const shown = this.#shown();
    if (shown === undefined) return;
    const theme = readTheme();
    this.#figure.show(shown, this.#cosines(shown), this.#mapSvg(theme), this.#title());
    this.#histogram.src = svgUri(this.#histogramSvg(theme));
    this.#histogram.alt = `Histogram: ${this.#title()}, over all pairs and within the ranges of the run.`;
  }

  /** Everything; then what depends on the part. */
  #build(): void {
    const shown = this.#shown();
    if (shown === undefined) return setChildren(this.root);
    this.#model = shown.model;
    const models = this.#results.map(({model}) => ({value: model, label: model}));
    const chooseModel = (model: string) => {
      this.#model = model;
      this.#build();
    };
    const names = [whole, ...shown.parts.map(({name}) => name)];
    if (!names.includes(this.#part)) this.#part = whole;
    const choosePart = (part: string) => {
      this.#part = part;
      this.#showPart(shown);
    };
    const parts = names.map((name) => ({value: name, label: name}));
    const bar = element(
      'div',
      {class: 'bar'},
      models.length < 2 ? null : dropdown('Model', models, shown.model, chooseModel),
      dropdown('Conflict in', parts, this.#part, choosePart),
    );
    setChildren(
      this.root,
      element('p', {}, conflictSummary(shown)),
      bar,
      this.#figure.root,
      element('figure', {}, this.#histogram),
      this.#blocks,
      partTable(shown),
      proposalTable(shown),
    );
    this.#showPart(shown);
  }

  #showPart(shown: GradientConflict): void {
    setChildren(this.#blocks, blockTable(shown, this.#cosines(shown)));
    this.restyle();
  }

  #shown(): GradientConflict | undefined {
    return this.#results.find(({model}) => model === this.#model) ?? this.#results[0];
  }

  #cosines({overall, parts}: GradientConflict): Cosines {
    return parts.find(({name}) => name === this.#part)?.cosines ?? overall;
  }

  #title(): string {
    return `Gradient conflict of ${this.#shown()?.model ?? ''}, ${this.#part}`;
  }

  #mapSvg(theme: Theme): string {
    const shown = this.#shown();
    if (shown === undefined) return '';
    const cosines = this.#cosines(shown);
    const end = scaleEnd(cosines);
    const {trainTimesteps, ranges} = shown;
    return conflictSvg({title: this.#title(), pixels: dataUri(cosines, end), end, trainTimesteps, ranges}, theme);
  }

  #histogramSvg(theme: Theme): string {
    const shown = this.#shown();
    if (shown === undefined) return '';
    return histogramSvg(cosineHistogram(this.#cosines(shown), rangeNumbers(shown.timesteps, shown.ranges)), theme);
  }

  async #saveCsv(): Promise<void> {
    const shown = this.#shown();
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
