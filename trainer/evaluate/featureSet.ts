/** Feature vectors of a set of images, [count, dimension] row after row. */
export interface FeatureSet {
  readonly values: Float32Array | Float64Array;
  readonly count: number;
  readonly dimension: number;
}

/** The vectors with these numbers, in that order. */
export function selectFeatures(features: FeatureSet, rows: ArrayLike<number>): FeatureSet {
  const {values, dimension} = features;
  const selected = new Float64Array(rows.length * dimension);
  Array.from(rows).forEach((row, i) => {
    selected.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return {values: selected, count: rows.length, dimension};
}
