import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {Report} from '../../trainer/contract/run/report.ts';
import {element, message, table, type Child} from '../dom.ts';
import {percentText, stateText} from '../numberText.ts';
import type {PanelState} from '../state.ts';
import {readTheme} from '../theme.ts';
import {runSample} from './compareLegend.ts';
import {compareScores} from './compareScores.ts';
import {recipeFingerprint, settingDifferences} from './comparison.ts';

/** Makes the name of a run with a sample of its colour. */
export type RunName = (run: RunView, note?: string) => Child;

export function runNames(colours: ReadonlyMap<string, number>): RunName {
  const {series} = readTheme();
  return ({path, id}, note = '') =>
    element('span', {class: 'legend-item'}, runSample(colours.get(path) ?? 0, series), `${id}${note}`);
}

/** The scores of the compared runs that were measured like those of the baseline, or of the first run with a report if there is none. */
export function resultTables(runs: readonly RunView[], nameOf: RunName, {details, page}: PanelState): HTMLElement[] {
  const all = runs.map(({path}): Report | null => {
    const known = details.get(path);
    return known?.kind === 'there' ? known.details.report : null;
  });
  const baseline = all[runs.findIndex(({path}) => path === page.baseline)] ?? null;
  const reference = baseline ?? all.find((report) => report !== null) ?? null;
  const recipe = reference && recipeFingerprint(reference);
  const reports = all.map((report) => (report !== null && recipeFingerprint(report) === recipe ? report : null));
  const state = (run: RunView, i: number) => {
    if (reports[i] !== null) return run.path === page.baseline ? ' (baseline)' : '';
    const why = all[i] === null ? 'no report yet' : 'another recipe';
    return ` (${stateText(run.state)}, ${percentText(run.progress)}: ${why})`;
  };
  if (reference === null) return [message('No report of these runs is written yet.')];
  const names = runs.map((run, i) => nameOf(run, state(run, i)));
  return [
    compareScores(reports, names, page.comparedModel, baseline),
    ...(baseline === null && runs.length > 1 ? [message('Choose a baseline above for differences between runs.')] : []),
  ];
}

export function settingTable(runs: readonly RunView[], nameOf: RunName): HTMLElement {
  const differences = settingDifferences(runs);
  if (runs.length < 2) return message('Choose a second run to see what differs.');
  if (differences.length === 0) return message('These runs have the same settings.');
  const rows = differences.map(({name, values}) => [name, ...values.map((value) => value ?? '–')]);
  return table('Settings that are not the same in all runs', ['Setting', ...runs.map((run) => nameOf(run))], rows);
}
