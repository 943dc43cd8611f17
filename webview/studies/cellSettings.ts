import type {MatrixRow} from '../../trainer/contract/matrix/matrixResult.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';

/** The settings in which cells differ. */
export interface CellSettings {
  readonly names: readonly string[];
  /** Their values in a cell. */
  of(row: MatrixRow): readonly string[];
}

const notThere = '–';

/**
 * Settings that the runs of a cell share and those of other cells have otherwise, by what the runs were made with: a choice of a matrix may stand for
 * several. Runs that are not known say nothing.
 *
 * @param runOf the run of a name
 */
export function cellSettings(rows: readonly MatrixRow[], runOf: (id: string) => RunView | undefined): CellSettings {
  const settings = new Map(rows.map((row) => [row, sharedSettings(row, runOf)]));
  const known = [...settings.values()].filter((each) => each !== null);
  const names = [...new Set(known.flatMap((each) => Object.keys(each)))].sort();
  const differing = names.filter((name) => new Set(known.map((each) => each[name])).size > 1);
  return {names: differing, of: (row) => differing.map((name) => settings.get(row)?.[name] ?? notThere)};
}

/** Null: none of its runs is known. */
function sharedSettings(
  {runs}: MatrixRow,
  runOf: (id: string) => RunView | undefined,
): Readonly<Record<string, string>> | null {
  const views = runs.flatMap(({run}) => (run === null ? [] : (runOf(run) ?? [])));
  const [first, ...others] = views.map(({settings}) => settings);
  if (first === undefined) return null;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((settings) => settings[name] === value)),
  );
}
