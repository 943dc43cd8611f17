import type {Report} from '../../trainer/contract/run/report.ts';
import {isNoise, measuredText} from '../../trainer/contract/scores/estimate.ts';
import {scoreTable, type ScoreCell, type ScoreRow} from '../../trainer/contract/scores/scoreTable.ts';
import {element, table, type Child} from '../dom.ts';
import {withTerm} from '../glossary/termButton.ts';
import {markedBest} from '../evaluation/scoreTableView.ts';
import {frechetDifference, lossDifference, type RunDifference} from './runDifference.ts';

/** A report of a compared run; null where it has none that was measured like the others. */
export type ComparedReport = Report | null;

/** All scores of one model, a column for each run; with a baseline the differences to it, and whether they are more than noise. */
export function compareScores(
  reports: readonly ComparedReport[],
  names: readonly Child[],
  model: string,
  baseline: ComparedReport,
): HTMLElement {
  const ofRuns = reports.map((report) => (report === null ? [] : rowsOf(report, model)));
  const keys = new Map(ofRuns.flat().map(({row}) => [keyOf(row), row]));
  const rows = [...keys].flatMap(([key, row]) => {
    const cells = ofRuns.map((own) => own.find((each) => keyOf(each.row) === key)?.cell ?? null);
    const differences = baseline === null ? [] : [differenceRow(row, reports, baseline, model)];
    return [
      [scoreName(row), ...cells.map((cell, i) => scoreCell(cell, row, cells, i))],
      ...differences.filter((cellsOfRow) => cellsOfRow !== null),
    ];
  });
  return table(`Scores of ${model}, measured with the same recipe; ★ is the best of a row`, ['Score', ...names], rows);
}

interface ModelRow {
  readonly row: ScoreRow;
  readonly cell: ScoreCell;
}

function rowsOf(report: Report, model: string): ModelRow[] {
  const {models, rows} = scoreTable(report);
  const at = models.indexOf(model);
  return rows.flatMap((row) => {
    const cell = row.cells[at] ?? null;
    return cell === null ? [] : [{row, cell}];
  });
}

function keyOf({score, network}: ScoreRow): string {
  return `${score}\n${network ?? ''}`;
}

function scoreName({score, network, better}: ScoreRow): Child {
  const note = `${network === null ? '' : `by ${network}, `}${better} is better`;
  return element('span', {class: 'score-name'}, ...withTerm(score), element('span', {class: 'score-note'}, note));
}

function scoreCell(cell: ScoreCell | null, row: ScoreRow, cells: readonly (ScoreCell | null)[], at: number): Child {
  if (cell === null) return '–';
  if (cell.verdict !== null) return withNote(cell.text, cell.verdict === 'noise' ? 'within noise' : cell.verdict);
  const values = cells.flatMap((other) => (other !== null && Number.isFinite(other.value) ? [other.value] : []));
  const best = row.better === 'lower' ? Math.min(...values) : Math.max(...values);
  const isBest = values.some((value) => value !== values[0]) && cells[at]?.value === best;
  return markedBest(cell.text, isBest);
}

/** The difference of each run to the baseline; null for a score of which no error of a difference is known. */
function differenceRow(
  {score, network}: ScoreRow,
  reports: readonly ComparedReport[],
  baseline: Report,
  model: string,
): Child[] | null {
  const difference = (report: Report): RunDifference | null => {
    if (score === 'held-out loss') return lossDifference(report, baseline, model);
    return score === 'Fréchet distance' && network !== null
      ? frechetDifference(report, baseline, network, model)
      : null;
  };
  const found = reports.map((report) => (report === null || report === baseline ? null : difference(report)));
  const known = found.filter((each) => each !== null);
  if (known.length === 0) return null;
  const how = known.every(({isPaired}) => isPaired) ? 'paired by image through the same base' : 'not paired everywhere';
  const name = element('span', {class: 'score-name'}, `${score}, difference to the baseline`);
  name.append(element('span', {class: 'score-note'}, how));
  return [
    name,
    ...found.map((each, i) => (reports[i] === baseline ? 'baseline' : each === null ? '–' : differenceCell(each))),
  ];
}

/** Both of these scores are better where they are lower. */
function differenceCell(difference: RunDifference): Child {
  const {mean, standardError} = difference;
  if (mean === 0 && standardError === 0) return '±0';
  const text = `${mean < 0 ? '' : '+'}${measuredText(mean, standardError)}`;
  return withNote(text, isNoise(difference) ? 'within noise' : mean < 0 ? 'better' : 'worse');
}

function withNote(text: string, note: string): Child {
  return element('span', {}, text, element('span', {class: 'score-note'}, note));
}
