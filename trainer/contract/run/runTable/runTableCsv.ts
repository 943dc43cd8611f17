import {csvCell} from '../../csvCell.ts';
import type {RunValue} from './flatSettings.ts';

/** A run of a table: its values by column. */
export type RunCells = ReadonlyMap<string, RunValue>;

/** All columns of some runs: those of each run in its order, new ones behind the others. */
export function columnsIn(runs: readonly RunCells[]): string[] {
  const columns = new Set<string>();
  for (const cells of runs) for (const column of cells.keys()) columns.add(column);
  return [...columns];
}

/** A line for each run below a line of column names. */
export function runTableCsv(runs: readonly RunCells[], columns: readonly string[]): string {
  const lines = runs.map((cells) => columns.map((column) => cellText(cells.get(column))));
  return [columns.map(csvCell), ...lines].map((line) => `${line.join(',')}\n`).join('');
}

function cellText(value: RunValue | undefined): string {
  if (value === undefined || value === null) return '';
  // A negative number is no formula.
  return typeof value === 'number' ? String(value) : csvCell(String(value));
}
