import type {RunValue} from './flatSettings.ts';

const comparisons = {
  '=': (order: number) => order === 0,
  '!=': (order: number) => order !== 0,
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
} as const;

type Comparison = keyof typeof comparisons | '~';

/** What a run must be to be listed, as in `decouple.updates>=200`. */
export interface RunCondition {
  /** The end of the name of a column: `updates` means `decouple.updates`, too. */
  readonly column: string;
  readonly comparison: Comparison;
  readonly value: string;
}

/** `COLUMN=VALUE` with one of = (or ==) != < <= > >= and ~, which means contains; null for another text. */
export function parseCondition(text: string): RunCondition | null {
  const [, column = '', comparison, value = ''] =
    /^([^=!<>~]+?)\s*(!=|<=|>=|==?|<|>|~)\s*(.*)$/.exec(text.trim()) ?? [];
  const meant = comparison === '==' ? '=' : comparison;
  return isComparison(meant) && column !== '' ? {column, comparison: meant, value} : null;
}

function isComparison(text: string | undefined): text is Comparison {
  return text === '~' || (text !== undefined && text in comparisons);
}

/** The columns of a table that the name in a condition means: the one of that name, else all that end in `.name`. */
export function columnsOf(columns: Iterable<string>, name: string): string[] {
  const all = [...columns];
  return all.includes(name) ? [name] : all.filter((column) => column.endsWith(`.${name}`));
}

/**
 * Whether a value meets a condition. Numbers are compared as numbers, other values as text, letter by letter. A run without the value meets `!=` alone.
 */
export function meets(value: RunValue | undefined, {comparison, value: wanted}: RunCondition): boolean {
  if (value === undefined || value === null) return comparison === '!=';
  if (comparison === '~') return String(value).toLowerCase().includes(wanted.toLowerCase());
  return comparisons[comparison](orderOf(value, wanted));
}

/** Below zero where the value comes before. NaN, which meets nothing but `!=`, where a number is compared with what is none. */
function orderOf(value: string | number | boolean, wanted: string): number {
  if (typeof value === 'number') return wanted === '' ? NaN : Math.sign(value - Number(wanted));
  const text = String(value);
  return text === wanted ? 0 : text < wanted ? -1 : 1;
}
