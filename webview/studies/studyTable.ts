import {measuredText} from '../../trainer/contract/scores/estimate.ts';
import type {SortOrder} from '../sortHead.ts';
import type {Against} from './againstText.ts';

/** A score of all rows. */
export interface StudyColumn {
  readonly key: string;
  readonly title: string;
  /** How it was measured, in short; empty where there is nothing to say. */
  readonly note: string;
  readonly better: 'lower' | 'higher';
}

export interface StudyCell {
  readonly value: number;
  /** Null: not known. */
  readonly error: number | null;
  /** How far it is from the base, and from the best of the other rows, as far as both were measured. */
  readonly against: readonly Against[];
}

/** A model, or a cell of a matrix. */
export interface StudyRow {
  readonly key: string;
  /** One for each head; the first is its name. */
  readonly labels: readonly string[];
  /** Below its name. */
  readonly note: string;
  /** One for each column. */
  readonly cells: readonly (StudyCell | null)[];
}

/** A table of models or cells, with their scores. */
export interface StudyTable {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly columns: readonly StudyColumn[];
  readonly rows: readonly StudyRow[];
}

/** `152.3 ± 4.1` */
export function cellText({value, error}: StudyCell): string {
  return measuredText(value, error ?? undefined);
}

/** The best value of each column; null where no row is worse than another. */
export function bestValues({columns, rows}: StudyTable): (number | null)[] {
  return columns.map(({better}, i) => {
    const values = rows.flatMap(({cells}) => cells[i]?.value ?? []);
    if (new Set(values).size < 2) return null;
    return better === 'lower' ? Math.min(...values) : Math.max(...values);
  });
}

/** The rows by a head or a column, by its key; those without a value last, whatever the direction. Without an order, and with one of a column that is gone, as they are. */
export function sortedRows({heads, columns, rows}: StudyTable, order: SortOrder | null): readonly StudyRow[] {
  if (order === null) return rows;
  const direction = order.descending ? -1 : 1;
  const head = heads.indexOf(order.column);
  if (head >= 0) {
    const label = ({labels}: StudyRow) => labels[head] ?? '';
    return [...rows].sort((a, b) => direction * label(a).localeCompare(label(b), 'en', {numeric: true}));
  }
  const at = columns.findIndex(({key}) => key === order.column);
  return [...rows].sort((a, b) => {
    const [x, y] = [a.cells[at]?.value, b.cells[at]?.value];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return direction * (x - y);
  });
}
