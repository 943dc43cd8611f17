import {curveSeries, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import {maxCompared} from '../../trainer/contract/panel/panel.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {ChartGroup} from '../charts/chartGroup.ts';
import {seriesNames, type ChartData, type ChartLine} from '../charts/chartLine.ts';
import {cachedPoints, memo} from '../charts/lineCache.ts';
import {element, message, Region} from '../dom.ts';
import {smoothingSlider} from '../losses/chartControls.ts';
import type {Panel, Tab} from '../panel.ts';
import {stageKey, type CurveData, type PanelState} from '../state.ts';
import {checkbox, dropdown} from '../toolkit.ts';
import {compareTables} from './compareTables.ts';

const allStages = 'all stages';

/** Up to ten runs laid over each other, with what they differ in and what they reached. */
export class CompareTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #choice = new Region(element('fieldset', {class: 'run-choice'}));
  readonly #controls = new Region(element('div', {class: 'bar'}));
  readonly #tables = new Region(element('div'));
  readonly #charts: ChartGroup;
  readonly #data = memo(chartData);
  #stage = allStages;

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#charts = new ChartGroup(panel);
    const heading = element('h2', {}, 'Compare runs');
    this.root = element(
      'div',
      {},
      heading,
      this.#choice.root,
      this.#controls.root,
      this.#charts.root,
      this.#tables.root,
    );
  }

  update(state: PanelState): void {
    const {page, runs} = state;
    const compared = runs.filter(({path}) => page.compared.includes(path));
    this.#choice.show([runs.map(({path, id}) => [path, id]), page.compared], () =>
      this.#choiceParts(runs, page.compared),
    );
    const stages = [
      ...new Set(compared.flatMap(({stages: all}) => all.filter(({updates}) => updates > 0).map(({name}) => name))),
    ];
    this.#controls.show([stages, page.comparedSeries, page.baseline, page.smoothing, compared.map(({id}) => id)], () =>
      compared.length === 0 ? [] : this.#controlParts(stages, compared, state),
    );
    this.#charts.root.hidden = compared.length === 0;
    if (compared.length > 0)
      this.#charts.show([[page.comparedSeries, this.#chart(compared, stages, state)]], lastUpdate(compared));
    for (const {path} of compared) this.#panel.needDetails(path);
    const details = compared.map(({path}) => state.details.get(path));
    this.#tables.show([compared.map(({id, settings}) => [id, settings]), details, page.baseline], () =>
      compared.length === 0
        ? [message('Choose runs above to lay their curves over each other.')]
        : compareTables(compared, state),
    );
  }

  restyle(): void {
    this.#charts.restyle();
  }

  #choiceParts(runs: readonly RunView[], compared: readonly string[]): HTMLElement[] {
    const boxes = runs.map(({path, id}) =>
      checkbox(id, compared.includes(path), (isChosen) => {
        const others = this.#panel.state.page.compared.filter((other) => other !== path);
        if (isChosen && others.length >= maxCompared) {
          this.#panel.dispatch({type: 'notice', text: `No more than ${maxCompared} runs can be compared.`});
          this.#choice.show([], () => []);
        }
        this.#panel.setPage({compared: isChosen ? [...others, path].slice(0, maxCompared) : others});
      }),
    );
    return [element('legend', {}, `Runs to compare (at most ${maxCompared})`), ...boxes];
  }

  #controlParts(stages: readonly string[], compared: readonly RunView[], {page}: PanelState): HTMLElement[] {
    const names = curveSeries.map((series) => ({value: series, label: seriesNames[series]}));
    const stageChoices = [allStages, ...stages].map((stage) => ({value: stage, label: stage}));
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
      dropdown('Baseline', baselines, page.baseline ?? '', (path) =>
        this.#panel.setPage({baseline: path === '' ? null : path}),
      ),
      smoothingSlider(page.smoothing, (smoothing) => this.#panel.setPage({smoothing})),
    ];
  }

  #chart(compared: readonly RunView[], stages: readonly string[], {page, curves}: PanelState): ChartData {
    const shown = stages.includes(this.#stage) ? [this.#stage] : stages;
    const lines = compared.flatMap(({path, id}) =>
      shown.map((stage) => ({key: stageKey(path, stage), label: shown.length > 1 ? `${id}, ${stage}` : id})),
    );
    const series = page.comparedSeries;
    const logY = page.logY && series !== 'learningRate';
    const keys = lines.map(({key, label}) => `${key}\t${label}`).join('\r');
    return this.#data(
      series,
      keys,
      page.smoothing,
      page.logX,
      logY,
      page.range,
      ...lines.map(({key}) => curves.get(key)),
    );
  }
}

function chartData(
  series: CurveSeries,
  keys: string,
  smoothing: number,
  logX: boolean,
  logY: boolean,
  range: ChartData['range'],
  ...curves: readonly (CurveData | undefined)[]
): ChartData {
  const lines = keys.split('\r').flatMap((text, index): ChartLine[] => {
    const [key = '', label = ''] = text.split('\t');
    const curve = curves[index];
    if (curve === undefined) return [];
    const points = cachedPoints(curve, {series, decay: smoothing, logX, logY});
    return [{key, label, index, points, stepsInRange: curve.stepsInRange, steps: curve.steps}];
  });
  return {title: seriesNames[series], lines, logX, logY, range};
}

function lastUpdate(runs: readonly RunView[]): number {
  return Math.max(...runs.flatMap(({stages}) => stages.map(({update}) => update)), 2);
}
