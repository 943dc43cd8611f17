import {curveSeries, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import {lossTermNames} from '../../trainer/contract/run/lossTerms.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {PageState} from '../../trainer/contract/panel/panelPage.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {ChartGroup} from '../charts/chartGroup.ts';
import {arranged} from '../charts/chartOrder.ts';
import {ChartMaker} from '../charts/chartData.ts';
import type {ChartData} from '../charts/chartLine.ts';
import {lineSample, seriesStyle, stageNumber} from '../charts/seriesStyle.ts';
import {reachedPlaces, xScale} from '../charts/xAxis.ts';
import {element, message, Region} from '../dom.ts';
import type {Panel, Tab} from '../panel.ts';
import {selectedRun, stageKey, type PanelState} from '../state.ts';
import {readTheme} from '../theme.ts';
import {checkbox} from '../toolkit.ts';
import {chartControls, chartSearchField} from './chartControls.ts';
import {isFound} from './chartSearch.ts';
import {HeatMaps} from './heatMaps.ts';
import {narrowFold} from './narrowFold.ts';
import {PointMenu} from './pointMenu.ts';

/** Curves of all training stages of a run over the updates, and heat maps of the losses by timestep. */
export class LossesTab implements Tab {
  readonly root: HTMLElement;
  readonly #panel: Panel;
  readonly #controls = new Region(element('div', {class: 'same-bar'}));
  readonly #noChart = new Region(element('div'));
  readonly #legend = new Region(element('div', {class: 'legend', role: 'group', 'aria-label': 'Shown curves'}));
  readonly #empty = new Region(element('div'));
  readonly #content: HTMLElement;
  readonly #charts: ChartGroup;
  readonly #point: PointMenu;
  readonly #heat: readonly HeatMaps[];
  readonly #data = new Map(curveSeries.map((series) => [series, new ChartMaker()]));
  #themes = 0;

  constructor(panel: Panel) {
    this.#panel = panel;
    this.#charts = new ChartGroup(panel, 'range', {
      canArrange: true,
      onPoint: (update, place) => this.#point.choose(update, place),
    });
    this.#point = new PointMenu(panel, () => this.#charts.focus());
    this.#heat = lossTermNames.map((term) => new HeatMaps(panel, term));
    const curves = element(
      'section',
      {class: 'losses-curves'},
      element('h2', {}, 'Curves'),
      this.#point.root,
      this.#noChart.root,
      this.#charts.root,
    );
    const heat = element('section', {}, element('h2', {}, 'Losses by timestep'), ...this.#heat.map(({root}) => root));
    const columns = element('div', {class: 'losses-columns'}, curves, heat);
    const fold = narrowFold('Chart settings', [this.#controls.root]);
    const bar = element('div', {class: 'bar'}, chartSearchField(panel), fold, this.#controls.root);
    this.#content = element('div', {}, bar, this.#legend.root, columns);
    this.root = element('div', {class: 'losses'}, this.#empty.root, this.#content);
  }

  update(state: PanelState): void {
    const {page, curves, heatMaps} = state;
    const run = selectedRun(state);
    const stages = run === undefined ? [] : trainedStages(run, curves);
    this.#empty.show([run?.state, stages.length === 0], () => (stages.length === 0 ? [message(emptyText(run))] : []));
    this.#content.hidden = stages.length === 0;
    if (run === undefined || stages.length === 0) return;
    this.#controls.show([page.smoothing, page.xAxis, page.logX, page.logY, page.series, page.chartSearch], () =>
      chartControls(this.#panel, page),
    );
    this.#point.show(run, state.trusted);
    this.#showLegend(run, stages, page);
    const shown = stages.filter((stage) => !page.hidden.includes(stage));
    const wanted = curveSeries.filter((series) => page.series.includes(series) && isFound(series, page.chartSearch));
    const charts = arranged(wanted, page).flatMap((series) => {
      const data = this.#chartData(series, run, shown, state);
      return data === undefined ? [] : [[series, data] as const];
    });
    this.#charts.root.hidden = charts.length === 0;
    this.#noChart.show([charts.length === 0, page.chartSearch], () =>
      charts.length > 0 ? [] : [message(noChartText(page.chartSearch))],
    );
    this.#charts.show(charts, reachedPlaces(page.xAxis, [run]));
    for (const heat of this.#heat) heat.show(run, stages, heatMaps);
  }

  restyle(): void {
    this.#themes++;
    this.#charts.restyle();
  }

  #chartData(
    series: CurveSeries,
    run: RunView,
    stages: readonly string[],
    {curves, page}: PanelState,
  ): ChartData | undefined {
    const names = stages.map((stage) => {
      const number = stageNumber(stage);
      return {
        key: stageKey(run.path, stage),
        label: stageTitle(stage, run.ranges),
        look: {colour: number, dash: number},
        scale: xScale(page.xAxis, run, stage),
      };
    });
    const {smoothing, xAxis, logX, range} = page;
    const view = {smoothing, xAxis, logX, logY: page.logY && series !== 'learningRate', range};
    return this.#data.get(series)?.make(series, names, (key) => curves.get(key), view);
  }

  #showLegend({ranges}: RunView, stages: readonly string[], {hidden}: PageState): void {
    this.#legend.show([stages, ranges, hidden, this.#themes], () => {
      const {series} = readTheme();
      return stages.map((stage) => {
        const toggle = (isShown: boolean) => {
          const others = this.#panel.state.page.hidden.filter((name) => name !== stage);
          this.#panel.setPage({hidden: isShown ? others : [...others, stage]});
        };
        const sample = lineSample(seriesStyle(stageNumber(stage), series));
        const box = checkbox(stageTitle(stage, ranges), !hidden.includes(stage), toggle);
        return element('span', {class: 'legend-item'}, sample, box);
      });
    });
  }
}

/** Stages with logged steps, in the order of the plan. */
function trainedStages(run: RunView, curves: PanelState['curves']): string[] {
  return run.stages.map(({name}) => name).filter((name) => curves.has(stageKey(run.path, name)));
}

function noChartText(search: string): string {
  return search.trim() === '' ? 'No chart is chosen above.' : `No chosen chart has "${search.trim()}" in its title.`;
}

function emptyText(run: RunView | undefined): string {
  if (run === undefined) return 'This experiment has no runs yet. Press "Run pipeline" above its config to start one.';
  const isActive = run.state === 'running' || run.state === 'paused' || run.state === 'stopping';
  return isActive
    ? 'No step has been logged yet. Curves appear when an expert starts training.'
    : 'This run has logged no steps.';
}
