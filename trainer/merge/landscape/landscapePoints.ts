import type {LossLandscape} from '../../contract/run/measured/lossLandscape.ts';

/** `points` values from -extent to extent, evenly spaced, of which the one in the middle is exactly 0. */
export function landscapeAxis(extent: number, points: number): number[] {
  const half = (points - 1) / 2;
  return Array.from({length: points}, (_, i) => Number(((extent * (i - half)) / half).toPrecision(12)));
}

/** Place of a point in the plane. */
export interface LandscapePoint {
  readonly column: number;
  readonly row: number;
  /** Its a and b. */
  readonly at: readonly [a: number, b: number];
}

/** All points in the order in which they are measured: from the centre outwards, square by square, so that the differences to it are known from the start. */
export function landscapePoints({axis}: Pick<LossLandscape, 'axis'>): LandscapePoint[] {
  const middle = (axis.length - 1) / 2;
  const square = ({column, row}: LandscapePoint) => Math.max(Math.abs(column - middle), Math.abs(row - middle));
  const points = axis.flatMap((b, row) => axis.map((a, column): LandscapePoint => ({column, row, at: [a, b]})));
  return points.sort((one, other) => square(one) - square(other));
}

/** The landscape with one more point, and the losses there by range. */
export function withLosses(
  landscape: LossLandscape,
  {column, row}: LandscapePoint,
  losses: readonly number[],
): LossLandscape {
  const {rows, done} = landscape;
  const known = losses.map((loss) => (Number.isFinite(loss) ? loss : null));
  return {...landscape, done: done + 1, rows: rows.with(row, (rows[row] ?? []).with(column, known))};
}
