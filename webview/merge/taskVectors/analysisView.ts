import type {TaskAnalysis} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {taskAnalysisCsv} from '../../../trainer/contract/run/measured/taskAnalysisCsv.ts';
import {saveCsv} from '../../charts/saveCsv.ts';
import {savePicture, type PictureKind} from '../../charts/savePicture.ts';
import {lineSample, seriesStyle} from '../../charts/seriesStyle.ts';
import {svgUri} from '../../charts/svgUri.ts';
import {disclosure, element, setChildren} from '../../dom.ts';
import type {Panel} from '../../panel.ts';
import {printTheme, readTheme} from '../../theme.ts';
import {button, dropdown} from '../../toolkit.ts';
import type {MeasuredView} from '../measuredSection.ts';
import {boxSvg, boxTitle} from './boxSvg.ts';
import {LayerChart} from './layerChart.ts';
import {layerSeries, layerTitle} from './layerSeries.ts';
import {layerSvg} from './layerSvg.ts';
import {layerTable, normTable, pairTables, quantileTable, taskSummary} from './taskTables.ts';

const whole = 'whole network';

/** An analysis of task vectors as text, tables and charts. */
export class AnalysisView implements MeasuredView<TaskAnalysis> {
  readonly root = element('div');
  readonly #panel: Panel;
  readonly #layers = new LayerChart();
  readonly #boxes = element('img', {class: 'box-plots'});
  readonly #legend = element('div', {class: 'legend'});
  readonly #pairs = element('div', {class: 'pair-tables'});
  #analysis: TaskAnalysis | null = null;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  show(analyses: readonly TaskAnalysis[]): void {
    const analysis = analyses[0] ?? null;
    if (analysis === this.#analysis) return;
    this.#analysis = analysis;
    if (analysis === null) return setChildren(this.root);
    const warnings = analysis.warnings.map((warning) => element('li', {}, warning));
    setChildren(
      this.root,
      element('p', {}, taskSummary(analysis)),
      warnings.length === 0 ? null : disclosure('Not checked', () => element('ul', {}, ...warnings)),
      normTable(analysis),
      ...this.#pairParts(analysis),
      this.#layerFigure(analysis),
      this.#boxFigure(analysis),
    );
    this.restyle();
  }

  /** Buttons to save numbers and charts. */
  exports(): HTMLElement[] {
    const picture = (name: string, title: string, kind: PictureKind, svg: (analysis: TaskAnalysis) => string) =>
      button(`Save ${name} as ${kind.toUpperCase()}`, () => {
        if (this.#analysis !== null) void savePicture(this.#panel, title, svg(this.#analysis), kind);
      });
    const layers = (analysis: TaskAnalysis) => layerSvg(layerSeries(analysis), printTheme);
    const boxes = (analysis: TaskAnalysis) => boxSvg(analysis, printTheme);
    const kinds = ['svg', 'png'] as const;
    return [
      button('Save numbers as CSV', () => void this.#saveCsv()),
      ...kinds.map((kind) => picture('norms', layerTitle, kind, layers)),
      ...kinds.map((kind) => picture('box plots', boxTitle, kind, boxes)),
    ];
  }

  restyle(): void {
    if (this.#analysis === null) return;
    const theme = readTheme();
    this.#layers.restyle();
    this.#boxes.src = svgUri(boxSvg(this.#analysis, theme));
    const {labels} = layerSeries(this.#analysis);
    const samples = labels.map((label, i) =>
      element('span', {class: 'legend-item'}, lineSample(seriesStyle(i, theme.series)), label),
    );
    setChildren(this.#legend, ...samples);
  }

  #pairParts(analysis: TaskAnalysis): HTMLElement[] {
    if (analysis.experts.length < 2) return [];
    const show = (part: string) => {
      const group = analysis.groups.find(({name}) => name === part);
      setChildren(this.#pairs, ...pairTables(analysis, group ?? analysis.overall));
    };
    const choices = [whole, ...analysis.groups.map(({name}) => name)].map((name) => ({value: name, label: name}));
    show(whole);
    const bar = element('div', {class: 'bar'}, dropdown('Compare experts in', choices, whole, show));
    return [element('h3', {}, 'How alike the experts are'), bar, this.#pairs];
  }

  #layerFigure(analysis: TaskAnalysis): HTMLElement {
    this.#layers.show(layerSeries(analysis));
    return element(
      'figure',
      {},
      element('h3', {}, layerTitle),
      this.#legend,
      this.#layers.root,
      disclosure('Data table of the norms', () => layerTable(analysis)),
    );
  }

  #boxFigure(analysis: TaskAnalysis): HTMLElement {
    const text =
      'Box: the middle half. Whiskers: 1 % and 99 %. Circles: the smallest and the largest element. The number below is the expert.';
    this.#boxes.alt = `Box plots of the elements of ${analysis.experts.length} task vectors in ${analysis.groups.length} parts of the network; the numbers are in the table below.`;
    return element(
      'figure',
      {},
      element('h3', {}, boxTitle),
      element('p', {}, text),
      this.#boxes,
      disclosure('Data table of the distributions', () => quantileTable(analysis)),
    );
  }

  async #saveCsv(): Promise<void> {
    if (this.#analysis !== null) await saveCsv(this.#panel, 'task-vectors.csv', taskAnalysisCsv(this.#analysis));
  }
}
