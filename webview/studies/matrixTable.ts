import {plainScores} from '../../trainer/contract/matrix/judgedScores.ts';
import {
  entryName,
  rowLabel,
  scoreOf,
  studyEntries,
  type MatrixEntry,
} from '../../trainer/contract/matrix/matrixEntries.ts';
import type {MatrixResult, MatrixRow} from '../../trainer/contract/matrix/matrixResult.ts';
import {scoreDifference} from '../../trainer/contract/matrix/scoreDifference.ts';
import {stageTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {Against} from './againstText.ts';
import type {CellSettings} from './cellSettings.ts';
import type {StudyCell, StudyColumn, StudyRow, StudyTable} from './studyTable.ts';

/** A row of a table, what it is called beside others, and the base that it is compared with. */
interface NamedEntry {
  readonly key: string;
  readonly entry: MatrixEntry;
  readonly name: string;
  readonly base: MatrixEntry;
}

/** A study: a row for each model, the merged ones by how they were found. */
export function studyTable({rows, repeats}: MatrixResult): StudyTable {
  const entries = studyEntries(rows).map((entry): NamedEntry => {
    const name = entryName(entry);
    // The colour in charts follows from the model.
    return {key: entry.model === 'merged' ? name : entry.model, entry, name, base: baseOf(entry.row)};
  });
  return {
    caption: `Every model once; ${spreadText(repeats, 'seeds of the noise')}`,
    heads: ['Model'],
    ...scoresOf(rows, entries, ({name}) => [name]),
  };
}

/** A matrix: a row for each cell, with the scores of one model; its settings are further heads. */
export function matrixTable(
  {rows, columns, repeats}: MatrixResult,
  model: string,
  settings: CellSettings = {names: [], of: () => []},
): StudyTable {
  const entries = rows.map((row): NamedEntry => {
    const name = rowLabel(row);
    return {key: name, entry: {row, model}, name, base: baseOf(row)};
  });
  return {
    caption: `Each cell, by the scores of ${stageTitle(model, [])}; ${spreadText(repeats, 'runs of a cell')}`,
    heads: [...columns, ...settings.names],
    ...scoresOf(rows, entries, ({entry: {row}}) => [
      ...columns.map((column) => row.labels[column] ?? ''),
      ...settings.of(row),
    ]),
  };
}

/** The models that a matrix has measured: merged first, else in the order of the reports. */
export function matrixModels({rows}: MatrixResult): string[] {
  const models = new Set(rows.flatMap(({scores}) => scores.map(({model}) => model)));
  return [...models].sort((a, b) => Number(b === 'merged') - Number(a === 'merged'));
}

function baseOf(row: MatrixRow): MatrixEntry {
  return {row, model: 'base'};
}

function spreadText(repeats: number, what: string): string {
  return repeats > 1
    ? `means over ${repeats} ${what} with their standard errors; ★ is the best of a column`
    : '★ is the best of a column';
}

function scoresOf(
  rows: readonly MatrixRow[],
  entries: readonly NamedEntry[],
  labelsOf: (named: NamedEntry) => string[],
): Pick<StudyTable, 'columns' | 'rows'> {
  const scores = plainScores(rows).filter((score) => entries.some(({entry}) => scoreOf(entry, score)));
  const columns = scores.map((score): StudyColumn => ({
    key: score,
    title: score,
    note: 'lower is better',
    better: 'lower',
  }));
  // The two best of each score: the better one is the rival of all but itself.
  const ranked = scores.map((score) => bestTwo(entries, score));
  return {
    columns,
    rows: entries.map((named): StudyRow => ({
      key: named.key,
      labels: labelsOf(named),
      note: '',
      cells: scores.map((score, i) => cellOf(named, score, ranked[i] ?? [])),
    })),
  };
}

function bestTwo(entries: readonly NamedEntry[], score: string): NamedEntry[] {
  const known = entries.filter(({entry}) => scoreOf(entry, score) !== undefined);
  const mean = ({entry}: NamedEntry) => scoreOf(entry, score)?.mean ?? Infinity;
  return known.sort((a, b) => mean(a) - mean(b)).slice(0, 2);
}

function cellOf(named: NamedEntry, score: string, [best, second]: readonly NamedEntry[]): StudyCell | null {
  const found = scoreOf(named.entry, score);
  if (found === undefined) return null;
  const isBest = best === named;
  const rival = isBest ? second : best;
  const against = (other: MatrixEntry, what: string): Against[] => {
    const difference = scoreDifference(named.entry, other, score);
    return difference === null ? [] : [{rival: what, difference}];
  };
  return {
    value: found.mean,
    error: found.standardError,
    against: [
      ...(named.entry.model === 'base' ? [] : against(named.base, 'the base')),
      ...(rival === undefined || rival.entry.model === 'base'
        ? []
        : against(rival.entry, `${isBest ? 'the next' : 'the best'} (${rival.name})`)),
    ],
  };
}
