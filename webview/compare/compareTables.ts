import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {Report} from '../../trainer/contract/run/report.ts';
import {element, message, table, type Child} from '../dom.ts';
import {estimateText, numberText, percentText, stateText} from '../numberText.ts';
import type {PanelState} from '../state.ts';
import {readTheme} from '../theme.ts';
import {runSample} from './compareLegend.ts';
import {recipeFingerprint, settingDifferences} from './comparison.ts';

/** Tables of the results of the compared runs, and of the settings in which they differ. */
export function compareTables(
  runs: readonly RunView[],
  colours: ReadonlyMap<string, number>,
  state: PanelState,
): HTMLElement[] {
  const {series} = readTheme();
  const nameOf: RunName = ({path, id}, note = '') =>
    element('span', {class: 'legend-item'}, runSample(colours.get(path) ?? 0, series), `${id}${note}`);
  return [
    element('h3', {}, 'Results'),
    resultTable(runs, nameOf, state),
    element('h3', {}, 'Settings that differ'),
    settingTable(runs, nameOf),
  ];
}

/** Makes a cell with the name of a run and a sample of its colour. */
type RunName = (run: RunView, note?: string) => Child;

/** Shows only results that were measured like those of the baseline, or of the first run with a report if there is no baseline. */
function resultTable(runs: readonly RunView[], nameOf: RunName, {details, page}: PanelState): HTMLElement {
  const reportOf = ({path}: RunView): Report | null => {
    const known = details.get(path);
    return known?.kind === 'there' ? known.details.report : null;
  };
  const reference = runs.find(({path}) => path === page.baseline) ?? runs.find((run) => reportOf(run) !== null);
  const report = reference && reportOf(reference);
  const recipe = report && recipeFingerprint(report);
  const rows = runs.map((run) => [
    nameOf(run, run.path === page.baseline ? ' (baseline)' : ''),
    `${stateText(run.state)}, ${percentText(run.progress)}`,
    ...resultCells(reportOf(run), report ?? null, recipe ?? null),
  ]);
  const head = [
    'Run',
    'State',
    'Held-out loss of base',
    'of merged',
    'merged to base',
    'against baseline',
    'Fréchet of merged',
  ];
  return table('Results that were measured with the same recipe', head, rows);
}

function resultCells(report: Report | null, reference: Report | null, recipe: string | null): string[] {
  if (report === null) return ['no report yet', '–', '–', '–', '–'];
  if (recipe !== null && recipeFingerprint(report) !== recipe) return ['another recipe', '–', '–', '–', '–'];
  const {base, merged} = report.heldOut;
  const other = reference?.heldOut['merged'];
  const against =
    merged && other && reference !== report ? `${(100 * (merged.mean / other.mean - 1)).toFixed(2)} %` : '–';
  return [
    base ? estimateText(base) : '–',
    merged ? estimateText(merged) : '–',
    merged ? estimateText(merged.differenceToBase) : '–',
    against,
    numberText(report.frechet['merged']),
  ];
}

function settingTable(runs: readonly RunView[], nameOf: RunName): HTMLElement {
  const differences = settingDifferences(runs);
  if (runs.length < 2) return message('Choose a second run to see what differs.');
  if (differences.length === 0) return message('These runs have the same settings.');
  const rows = differences.map(({name, values}) => [name, ...values.map((value) => value ?? '–')]);
  return table('Settings that are not the same in all runs', ['Setting', ...runs.map((run) => nameOf(run))], rows);
}
