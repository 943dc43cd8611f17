import type {TimestepRange} from '../deme/timesteps.ts';

/** Held-out losses of one model for each (range, image, draw), range by range. NaN: not evaluated, or not finite. */
export interface LossTable {
  readonly ranges: readonly TimestepRange[];
  /** Number of images. */
  readonly images: number;
  readonly timestepsPerRange: number;
  /** [ranges, images, timestepsPerRange] */
  readonly values: Float64Array;
}

/** Losses of range `range`, [images, timestepsPerRange]: a view, not a copy. */
export function lossesOfRange(table: LossTable, range: number): Float64Array {
  const size = table.images * table.timestepsPerRange;
  return table.values.subarray(range * size, (range + 1) * size);
}

/**
 * The losses of the experts before merging, each on its own range: `tables[i]` is that of expert i.
 * Exact, since an expert is chosen by t alone (DeMe eq. 7) and the draws are grouped by range.
 */
export function ensembleTable(tables: readonly LossTable[]): LossTable {
  const [first] = tables;
  if (first === undefined || tables.length !== first.ranges.length) {
    throw new Error(`an ensemble needs one table for each range, not ${tables.length}`);
  }
  const ensemble = {...first, values: new Float64Array(first.values.length)};
  tables.forEach((table, range) => {
    assertSameDraws(table, first);
    lossesOfRange(ensemble, range).set(lossesOfRange(table, range));
  });
  return ensemble;
}

/** Paired comparisons are only valid between tables of the same draws. */
export function assertSameDraws(a: LossTable, b: LossTable): void {
  const layout = ({ranges, images, timestepsPerRange}: LossTable) =>
    JSON.stringify([ranges, images, timestepsPerRange]);
  if (layout(a) !== layout(b)) throw new Error(`losses of different draws: ${layout(a)} and ${layout(b)}`);
}
