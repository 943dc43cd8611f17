import {describe, expect, it} from 'vitest';
import type {FeatureSet} from '../../../trainer/evaluate/featureRows.ts';
import {
  type FeatureStatistics,
  mergeStatistics,
  streamedStatistics,
  withoutStatistics,
} from '../../../trainer/evaluate/featureStatistics.ts';
import {createRandom} from '../../../trainer/random.ts';
import {maxAbsDifference} from '../../helpers/engine/allClose.ts';

const dimension = 19; // no multiple of the block in which the sums are made
/** Far from zero, where sums of squares that are subtracted from each other lose all their digits. */
const offset = 1e4;

function features(count: number, seed = 0): FeatureSet {
  const random = createRandom(seed, 'features');
  return {values: Float64Array.from({length: count * dimension}, () => offset + random.normal()), count, dimension};
}

function* cut({values}: FeatureSet, ...counts: readonly number[]): Generator<FeatureSet> {
  let row = 0;
  for (const count of counts) {
    yield {values: values.slice(row * dimension, (row + count) * dimension), count, dimension};
    row += count;
  }
}

/** The definition, by two passes of the whole set. */
function twoPass({values, count}: FeatureSet): FeatureStatistics {
  const at = (row: number, column: number) => values[row * dimension + column] ?? NaN;
  const rows = Array.from({length: count}, (_, row) => row);
  const mean = Float64Array.from({length: dimension}, (_, i) => rows.reduce((sum, row) => sum + at(row, i), 0) / count);
  const covariance = Float64Array.from({length: dimension ** 2}, (_, place) => {
    const [i, j] = [Math.floor(place / dimension), place % dimension];
    const products = rows.map((row) => (at(row, i) - (mean[i] ?? NaN)) * (at(row, j) - (mean[j] ?? NaN)));
    return products.reduce((sum, product) => sum + product, 0) / (count - 1);
  });
  return {count, mean, covariance};
}

function expectSame(actual: FeatureStatistics, expected: FeatureStatistics): void {
  expect(actual.count).toBe(expected.count);
  expect(maxAbsDifference(actual.mean, expected.mean)).toBeLessThan(1e-10 * offset);
  expect(maxAbsDifference(actual.covariance, expected.covariance)).toBeLessThan(1e-10);
}

describe('streamedStatistics', () => {
  const set = features(120);

  it.each([[[120]], [[1, 119]], [[60, 60]], [[7, 1, 1, 50, 61]], [Array.from({length: 120}, () => 1)]])(
    'are those of the whole set when it comes in parts of %j',
    (counts) => expectSame(streamedStatistics(cut(set, ...counts)), twoPass(set)),
  );

  it.each([1, 12, 60])('without a part of %i are those of the rest', (part) => {
    const [first, rest] = [...cut(set, part, 120 - part)] as [FeatureSet, FeatureSet];
    const own =
      part === 1
        ? {count: 1, mean: first.values as Float64Array, covariance: new Float64Array(dimension ** 2)}
        : streamedStatistics([first]);
    expectSame(withoutStatistics(streamedStatistics([set]), own), twoPass(rest));
  });

  it('need two vectors', () => {
    expect(() => streamedStatistics([])).toThrow('at least 2 images, not 0');
    expect(() => streamedStatistics(cut(set, 1))).toThrow('at least 2 images, not 1');
  });
});

describe('mergeStatistics', () => {
  it('joins shards in any order and grouping', () => {
    const whole = features(90, 1);
    const [a, b, c] = [...cut(whole, 20, 45, 25)].map((part) => streamedStatistics([part])) as [
      FeatureStatistics,
      FeatureStatistics,
      FeatureStatistics,
    ];
    for (const merged of [mergeStatistics(mergeStatistics(a, b), c), mergeStatistics(c, mergeStatistics(b, a))]) {
      expectSame(merged, twoPass(whole));
    }
  });

  it('refuses statistics of different networks', () => {
    const other = streamedStatistics([{values: Float64Array.of(1, 2), count: 2, dimension: 1}]);
    expect(() => mergeStatistics(streamedStatistics([features(3)]), other)).toThrow('different networks');
  });
});
