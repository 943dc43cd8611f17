import type {LossPlane} from '../../contract/run/measured/lossPlane.ts';

/** The plane of the paper: 21 weights from -0.2 to 1.2 for both experts. */
export const planeAxis: readonly number[] = evenly(-0.2, 1.2, 21);

/** Scales of the line from the base (0) through the merge (1) to 1.5. */
export const lineScales: readonly number[] = evenly(0, 1.5, 16);

/** The weights of every loss of a plane, in the order in which they are measured: the line first, then row by row. */
export function planePoints({
  experts: [x, y],
  weights,
  axis,
  line,
}: Pick<LossPlane, 'experts' | 'weights' | 'axis'> & {readonly line: Pick<LossPlane['line'], 'scales'>}): number[][] {
  const onLine = line.scales.map((scale) => weights.map((weight) => scale * weight));
  const rows = axis.flatMap((wy) =>
    axis.map((wx) => weights.map((weight, i) => (i === x ? wx : i === y ? wy : weight))),
  );
  return [...onLine, ...rows];
}

/** The plane with the loss of point `index` filled in, in the order of `planePoints`. */
export function withLoss(plane: LossPlane, index: number, value: number): LossPlane {
  const loss = Number.isFinite(value) ? value : null;
  const {axis, line, rows} = plane;
  const done = index + 1;
  if (index < line.scales.length) {
    return {...plane, done, line: {...line, losses: line.losses.with(index, loss)}};
  }
  const cell = index - line.scales.length;
  const row = Math.floor(cell / axis.length);
  return {...plane, done, rows: rows.with(row, (rows[row] ?? []).with(cell % axis.length, loss))};
}

/** `count` numbers from `low` to `high`, to two decimals, so that a config can repeat them. */
function evenly(low: number, high: number, count: number): number[] {
  return Array.from({length: count}, (_, i) => Number((low + ((high - low) * i) / (count - 1)).toFixed(2)));
}
