/** Feature vectors in memory, [count, dimension] row after row. */
export interface FeatureSet {
  readonly values: Float32Array | Float64Array;
  readonly count: number;
  readonly dimension: number;
}

/** Feature vectors by their numbers, wherever they lie. */
export interface FeatureRows extends Pick<FeatureSet, 'count' | 'dimension'> {
  /** The vectors with these numbers, in that order. */
  rows(numbers: ArrayLike<number>): FeatureSet;
}

/** Vectors that are in memory. */
export function featureRows(features: FeatureSet): FeatureRows {
  const {count, dimension} = features;
  return {count, dimension, rows: (numbers) => selectFeatures(features, numbers)};
}

/** The vectors with these numbers, in that order. */
export function selectFeatures({values, dimension}: FeatureSet, numbers: ArrayLike<number>): FeatureSet {
  const selected = new Float64Array(numbers.length * dimension);
  Array.from(numbers).forEach((row, i) => {
    selected.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return {values: selected, count: numbers.length, dimension};
}
