import {curveSeries, seriesTitle} from '../../trainer/contract/run/curveBins.ts';
import {maxCompared} from '../../trainer/contract/panel/panel.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {RunView, StageView} from '../../trainer/contract/panel/panelViews.ts';
import {ChartGroup} from '../charts/chartGroup.ts';
import {ChartMaker} from '../charts/chartData.ts';
import type {ChartData} from '../charts/chartLine.ts';
import {stageNumber} from '../charts/seriesStyle.ts';
import {reachedPlaces, xScale} from '../charts/xAxis.ts';
import {element, message, Region} from '../dom.ts';
import {differenceChoices} from '../samples/samplesControls.ts';
import {smoothingSlider, xAxisDropdown} from '../losses/chartControls.ts';
import type {Panel, Tab} from '../panel.ts';
import {stageKey, type PanelState} from '../state.ts';
import {checkbox, dropdown} from '../toolkit.ts';
import {compareLegend} from './compareLegend.ts';
import {ComparedResults} from './comparedResults.ts';
import {chooseCompared} from './chooseCompared.ts';
import {runColours} from './comparison.ts';

const allStages = 'all stages';
/** Runs with a box of their own; of more, the table of runs finds any. */
const mostListed = 100;

/** Compares up to ten runs: their curves in one chart, their results and the settings in which they differ. */
export class CompareTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #choice = new Region(element('fieldset', {class: 'run-choice'}));
  readonly #controls = new Region(element('div', {class: 'bar'}));
  readonly #results: ComparedResults;
  readonly #charts: ChartGroup;
  readonly #data = new ChartMaker();
  readonly #legend = new Region(element('div', {class: 'compare-legend'}));
  #stage = allStages;
  #themes = 0;

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#charts = new ChartGroup(panel, 'comparedRange');
    this.#results = new ComparedResults(panel);
    const heading = element('h2', {}, 'Compare runs');
    this.root = element(
      'div',
      {},
      heading,
      this.#choice.root,
      this.#controls.root,
      this.#legend.root,
      this.#charts.root,
      this.#results.root,
    );
  }

  update(state: PanelState): void {
    const {page, runs} = state;
    const compared = runs.filter(({path}) => page.compared.includes(path));
    this.#choice.show([runs.map(({path, id}) => [path, id]), page.compared], () =>
      this.#choiceParts(runs, page.compared),
    );
    // Of a run that has ended the host knows only what is last in its log, but its curves tell what has trained.
    const hasTrained = ({path}: RunView, {name, updates}: StageView) =>
      updates > 0 || state.curves.has(stageKey(path, name));
    const stages = [
      ...new Set(compared.flatMap((run) => run.stages.filter((stage) => hasTrained(run, stage)).map(({name}) => name))),
    ];
    const models = modelsOf(compared, state);
    const {comparedSeries, baseline, smoothing, xAxis, comparedModel, sampleView, differenceFactor} = page;
    const ids = compared.map(({id}) => id);
    const chosen = [comparedSeries, baseline, smoothing, xAxis, comparedModel, sampleView, differenceFactor];
    this.#controls.show([stages, ids, models, chosen], () =>
      compared.length === 0 ? [] : this.#controlParts(stages, compared, state),
    );
    const shown = stages.includes(this.#stage) ? [this.#stage] : stages;
    const colours = runColours(page);
    this.#charts.root.hidden = compared.length === 0;
    if (compared.length > 0)
      this.#charts.show(
        [[page.comparedSeries, this.#chart(compared, shown, state)]],
        reachedPlaces(page.xAxis, compared),
      );
    this.#legend.show([compared.map(({id, ranges}) => [id, ranges]), [...colours], shown, this.#themes], () =>
      compared.length === 0 ? [] : compareLegend(compared, colours, shown),
    );
    for (const {path} of compared) this.#panel.needDetails(path);
    this.#results.show(compared, shown, this.#themes);
  }

  restyle(): void {
    this.#themes++;
    this.#charts.restyle();
  }

  #choiceParts(runs: readonly RunView[], compared: readonly string[]): HTMLElement[] {
    const listed = runs.filter(({path}, i) => i >= runs.length - mostListed || compared.includes(path));
    const boxes = listed.map(({path, id}) =>
      checkbox(id, compared.includes(path), (isChosen) => {
        if (!chooseCompared(this.#panel, path, isChosen)) this.#choice.show([], () => []);
      }),
    );
    const others = runs.length - listed.length;
    const note = others > 0 ? [message(`${others} older runs can be chosen in the table of the Runs tab.`)] : [];
    return [element('legend', {}, `Runs to compare (at most ${maxCompared})`), ...boxes, ...note];
  }

  #controlParts(stages: readonly string[], compared: readonly RunView[], state: PanelState): HTMLElement[] {
    const {page} = state;
    const models = modelsOf(compared, state).map((model) => ({value: model, label: stageTitle(model, [])}));
    const names = curveSeries.map((series) => ({value: series, label: seriesTitle(series)}));
    const stageChoices = [allStages, ...stages].map((stage) => ({value: stage, label: stageTitle(stage, [])}));
    const baselines = [{value: '', label: 'none'}, ...compared.map(({path, id}) => ({value: path, label: id}))];
    return [
      dropdown('Curve', names, page.comparedSeries, (value) => {
        const comparedSeries = curveSeries.find((series) => series === value) ?? 'denoise';
        this.#panel.setPage({comparedSeries});
      }),
      dropdown('Stage', stageChoices, this.#stage, (stage) => {
        this.#stage = stage;
        this.#panel.setPage({});
      }),
      dropdown('Model', models, page.comparedModel, (comparedModel) => this.#panel.setPage({comparedModel})),
      dropdown('Baseline', baselines, page.baseline ?? '', (path) =>
        this.#panel.setPage({baseline: path === '' ? null : path}),
      ),
      xAxisDropdown(this.#panel, page.xAxis),
      smoothingSlider(page.smoothing, (smoothing) => this.#panel.setPage({smoothing})),
      ...(page.baseline === null
        ? []
        : differenceChoices(this.#panel, 'the baseline', page.sampleView === 'differences')),
    ];
  }

  /** The colour of a line identifies the run, its dashes the stage. */
  #chart(compared: readonly RunView[], stages: readonly string[], {page, curves}: PanelState): ChartData {
    const colours = runColours(page);
    const names = compared.flatMap((run) =>
      stages.map((stage) => ({
        key: stageKey(run.path, stage),
        label: stages.length > 1 ? `${run.id}, ${stageTitle(stage, run.ranges)}` : run.id,
        look: {colour: colours.get(run.path) ?? 0, dash: stageNumber(stage)},
        scale: xScale(page.xAxis, run, stage),
      })),
    );
    const {comparedSeries: series, smoothing, xAxis, logX, comparedRange: range} = page;
    const view = {smoothing, xAxis, logX, logY: page.logY && series !== 'learningRate', range};
    return this.#data.make(series, names, (key) => curves.get(key), view);
  }
}

/** Models that a run has drawn or measured, and the chosen one in any case. */
function modelsOf(compared: readonly RunView[], {details, page}: PanelState): string[] {
  const measured = compared.flatMap(({path}) => {
    const known = details.get(path);
    return known?.kind === 'there' ? Object.keys(known.details.report?.heldOut ?? {}) : [];
  });
  const drawn = compared.flatMap(({images}) => images.map(({model}) => model));
  return [...new Set([page.comparedModel, ...drawn, ...measured])].sort();
}
