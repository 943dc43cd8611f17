import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {lineSample, lineStyle, stageNumber} from '../charts/seriesStyle.ts';
import {element, type Child} from '../dom.ts';
import {readTheme} from '../theme.ts';

/** Legend of the compared curves: runs by colour, stages by dashes. */
export function compareLegend(
  runs: readonly RunView[],
  colours: ReadonlyMap<string, number>,
  stages: readonly string[],
): HTMLElement[] {
  const {series, foreground} = readTheme();
  const ofRuns = runs.map(({path, id}) => item(runSample(colours.get(path) ?? 0, series), id));
  const ofStages = stages.map((stage) =>
    item(lineSample(lineStyle({colour: 0, dash: stageNumber(stage)}, [foreground])), stageName(runs, stage)),
  );
  return [list('Colour of each run', 'Runs', ofRuns), list('Dashes of each stage', 'Stages', ofStages)];
}

/** A solid line in the colour of a run. */
export function runSample(colour: number, series: readonly string[]): SVGElement {
  return lineSample(lineStyle({colour, dash: 0}, series));
}

/** `expert 0, t 0 to 249`; without the timesteps where runs train it on different ones. */
function stageName(runs: readonly RunView[], stage: string): string {
  const trained = runs.filter(({stages}) => stages.some(({name}) => name === stage));
  const [title, ...others] = new Set(trained.map(({ranges}) => stageTitle(stage, ranges)));
  return title !== undefined && others.length === 0 ? title : stageTitle(stage, []);
}

function list(name: string, label: string, items: readonly Child[]): HTMLElement {
  const list = element('div', {class: 'legend', role: 'list', 'aria-label': name}, ...items);
  return element('div', {class: 'legend-row'}, element('span', {class: 'label', 'aria-hidden': 'true'}, label), list);
}

function item(sample: SVGElement, text: string): HTMLElement {
  return element('span', {class: 'legend-item', role: 'listitem'}, sample, text);
}
