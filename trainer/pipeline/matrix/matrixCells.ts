import {valueLabel, type MatrixColumn, type MatrixConfig} from '../../contract/matrix/matrixConfig.ts';
import {UserError} from '../../contract/errors.ts';

/** Settings of a cell by their paths. */
export type CellSettings = Readonly<Record<string, unknown>>;

/** One choice along a column. */
interface Choice {
  readonly label: string;
  readonly settings: CellSettings;
}

/** One combination of the columns, with a set of settings for each repetition. */
export interface MatrixCell {
  /** By column. */
  readonly labels: Readonly<Record<string, string>>;
  readonly repeats: readonly {readonly label: string | null; readonly settings: CellSettings}[];
}

const most = 1000;

/** All cells of a matrix; the last column varies fastest. Throws a UserError for more than a thousand runs; `where` is the config. */
export function matrixCells({columns, repeat}: MatrixConfig, where: string): MatrixCell[] {
  const repeats = repeat ? choicesOf(repeat) : [{label: null, settings: {}}];
  const counts = Object.values(columns).map((column) => choicesOf(column).length);
  const runs = counts.reduce((product, count) => product * count, repeats.length);
  if (runs > most) {
    throw new UserError('matrix-too-large', `The matrix has ${runs} runs; at most ${most} can be made.`, {
      where,
      hint: 'Leave out values or a column.',
    });
  }
  const combinations = Object.entries(columns).reduce<{labels: Record<string, string>; settings: CellSettings}[]>(
    (cells, [name, column]) =>
      cells.flatMap(({labels, settings}) =>
        choicesOf(column).map((choice) => ({
          labels: {...labels, [name]: choice.label},
          settings: {...settings, ...choice.settings},
        })),
      ),
    [{labels: {}, settings: {}}],
  );
  return combinations.map(({labels, settings}) => ({
    labels,
    repeats: repeats.map((each) => ({label: each.label, settings: {...settings, ...each.settings}})),
  }));
}

function choicesOf(column: MatrixColumn): Choice[] {
  if ('choices' in column) return Object.entries(column.choices).map(([label, settings]) => ({label, settings}));
  const {setting, values} = column;
  return values.map((value) => ({
    label: valueLabel(value),
    settings: {[setting]: value},
  }));
}
