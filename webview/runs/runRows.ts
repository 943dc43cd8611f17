import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {columnsOf, meets, parseCondition} from '../../trainer/contract/run/runTable/runCondition.ts';
import type {RunValue} from '../../trainer/contract/run/runTable/flatSettings.ts';
import {columnsIn, type RunCells} from '../../trainer/contract/run/runTable/runTableCsv.ts';
import type {SortOrder} from '../sortHead.ts';

/** A run of the table, with its values by column. */
export interface RunRow {
  readonly run: RunView;
  readonly cells: RunCells;
}

/** Some runs that have the same value in a column. */
export interface RunGroup {
  readonly value: string;
  readonly rows: readonly RunRow[];
  /** Mean and standard deviation over the runs of the group, by column; of columns in which all of them have numbers. */
  readonly spread: ReadonlyMap<string, {readonly mean: number; readonly deviation: number}>;
}

const known = new WeakMap<RunView, RunRow>();

/** Views never change, so that the row of each is made once. */
export function rowOf(run: RunView): RunRow {
  const row = known.get(run) ?? {run, cells: cellsOf(run)};
  known.set(run, row);
  return row;
}

function cellsOf({id, state, progress, created, tags, note, engine, settings, scores}: RunView): RunCells {
  const about = {
    id,
    state,
    progress,
    created: created.slice(0, 16).replace('T', ' '),
    tags: tags.join(' '),
    note,
    engine,
  };
  const cells = new Map<string, RunValue>(Object.entries(about));
  for (const name of Object.keys(settings)) cells.set(name, valueOf(settings[name] ?? ''));
  for (const name of Object.keys(scores)) cells.set(name, scores[name] ?? null);
  return cells;
}

/** Settings come as text; a number is what is written as numbers are: a name such as `007` or `1e5` stays one. */
function valueOf(text: string): RunValue {
  const number = Number(text);
  return Number.isFinite(number) && String(number) === text ? number : text;
}

/**
 * The rows that meet a filter: conditions such as `updates>=200`, with `&` between them; what is no condition is looked for in name, tags and note. Null for a
 * condition on a column that no run has, or that is one of several.
 */
export function filtered(
  rows: readonly RunRow[],
  filter: string,
  columns: readonly string[] = columnsIn(rows.map(({cells}) => cells)),
): readonly RunRow[] | null {
  const parts = filter
    .split('&')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return rows;
  const tests = parts.map((part): ((cells: RunCells) => boolean) | null => {
    const condition = parseCondition(part);
    if (condition === null) return (cells) => textOf(cells).includes(part.toLowerCase());
    const [column, ...others] = columnsOf(columns, condition.column);
    if (column === undefined || others.length > 0) return null;
    return (cells) => meets(cells.get(column), condition);
  });
  if (tests.includes(null)) return null;
  return rows.filter(({cells}) => tests.every((test) => test?.(cells)));
}

function textOf(cells: RunCells): string {
  return ['id', 'tags', 'note'].map((column) => String(cells.get(column) ?? '').toLowerCase()).join('\n');
}

/** With the numbers in texts by size: a run a-2 comes before a-10. */
const alphabet = new Intl.Collator('en', {numeric: true});

/** Numbers by size, texts by letters; rows without a value come last, whatever the direction. */
export function sorted(rows: readonly RunRow[], {column, descending}: SortOrder): RunRow[] {
  const direction = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a.cells.get(column) ?? null, b.cells.get(column) ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return direction * compared(x, y);
  });
}

function compared(a: NonNullable<RunValue>, b: NonNullable<RunValue>): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return alphabet.compare(String(a), String(b));
}

/** Groups by the value of a column, in the order in which the values appear. */
export function grouped(rows: readonly RunRow[], column: string): RunGroup[] {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    // In full: two that are shown alike are still two.
    const value = String(row.cells.get(column) ?? '');
    const members = groups.get(value);
    if (members === undefined) groups.set(value, [row]);
    else members.push(row);
  }
  return [...groups].map(([value, members]) => ({value, rows: members, spread: spreadOf(members)}));
}

function spreadOf(rows: readonly RunRow[]): RunGroup['spread'] {
  const spread = new Map<string, {mean: number; deviation: number}>();
  for (const column of columnsIn(rows.map(({cells}) => cells))) {
    const values = rows.map(({cells}) => cells.get(column)).filter((value) => typeof value === 'number');
    if (values.length < rows.length) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    spread.set(column, {mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1))});
  }
  return spread;
}

/** The row with the smallest value: a loss or a distance. Null where no row has one. */
export function best(rows: readonly RunRow[], column: string): RunRow | null {
  const [first] = sorted(rows, {column, descending: false});
  return typeof first?.cells.get(column) === 'number' ? first : null;
}

/** Columns of scores that some run has: `merged.held-out loss` … */
export function scoreColumns(rows: readonly RunRow[]): string[] {
  return keysOf(rows.map(({run}) => run.scores));
}

function keysOf(records: readonly object[]): string[] {
  const keys = new Set<string>();
  for (const record of records) for (const key of Object.keys(record)) keys.add(key);
  return [...keys];
}

const alwaysShown = ['id', 'state', 'created', 'tags'];
const mostSettings = 6;
const firstScores = /^merged\.(held-out loss|Fréchet distance)/;

/** What is shown until the user chooses: what a run is, the settings in which runs differ, and the scores of merged models. */
export function usualColumns(rows: readonly RunRow[]): string[] {
  const settings = keysOf(rows.map(({run}) => run.settings));
  const differing = settings.filter((name) => rows.some(({run}) => run.settings[name] !== rows[0]?.run.settings[name]));
  const telling = differing.filter((name) => name !== 'name').slice(0, mostSettings);
  return [...alwaysShown, ...telling, ...scoreColumns(rows).filter((column) => firstScores.test(column))];
}

/** A value as the table shows it; an empty text where there is none. */
export function cellText(value: RunValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6
    ? String(Number(value.toPrecision(5)))
    : value.toExponential(2);
}
