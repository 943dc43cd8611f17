/** Feature vectors in memory, [count, dimension] in row-major order. */
export interface FeatureSet {
  readonly values: Float32Array | Float64Array;
  readonly count: number;
  readonly dimension: number;
}

/** Random access to feature vectors, in memory or on disk. */
export interface FeatureRows extends Pick<FeatureSet, 'count' | 'dimension'> {
  /** The vectors with these row numbers, in the given order. */
  rows(numbers: ArrayLike<number>): FeatureSet;
}

/** `count` vectors from number `first` on; left out: all. */
export function rowsFrom(rows: FeatureRows, first = 0, count = rows.count): FeatureSet {
  return rows.rows(Array.from({length: count}, (_, i) => first + i));
}

/** Random access to vectors in memory. */
export function featureRows(features: FeatureSet): FeatureRows {
  const {count, dimension} = features;
  return {count, dimension, rows: (numbers) => selectFeatures(features, numbers)};
}

/** The vectors with these row numbers, in the given order. */
export function selectFeatures({values, dimension}: FeatureSet, numbers: ArrayLike<number>): FeatureSet {
  const selected = new Float64Array(numbers.length * dimension);
  Array.from(numbers).forEach((row, i) => {
    selected.set(values.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  });
  return {values: selected, count: numbers.length, dimension};
}

/** Those of the vectors that have these numbers, as a set of their own. */
export function chosenRows(rows: FeatureRows, chosen: ArrayLike<number>): FeatureRows {
  return {
    count: chosen.length,
    dimension: rows.dimension,
    rows: (numbers) => rows.rows(Array.from(numbers, (number) => chosen[number] ?? 0)),
  };
}
