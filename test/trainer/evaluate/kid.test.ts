import {describe, expect, it} from 'vitest';
import {featureRows, type FeatureSet, selectFeatures} from '../../../trainer/evaluate/featureRows.ts';
import {kid, kidEstimate} from '../../../trainer/evaluate/kid.ts';
import {createRandom} from '../../../trainer/random.ts';
import {goldenFeatures} from '../../helpers/golden/goldenFeatures.ts';

function normalFeatures(count: number, dimension: number, seed: number): FeatureSet {
  const random = createRandom(seed, 'features');
  return {values: Float64Array.from({length: count * dimension}, () => random.normal()), count, dimension};
}

/** Row numbers low, ..., high - 1. */
function rows(low: number, high: number): number[] {
  return Array.from({length: high - low}, (_, i) => low + i);
}

describe('kid', () => {
  it('agrees with NumPy on the golden features', async () => {
    const value = kid(await goldenFeatures('a'), await goldenFeatures('b'));
    expect(Math.abs(value / 625.6710973840267 - 1)).toBeLessThan(1e-6);
  });

  it('matches a case by hand', () => {
    // d = 1: k(x, y) = (xy + 1)^3. Within {0, 1}: k(0,1) = 1; within {2, 3}: 343; across: 1, 1, 27, 64.
    const set = (...values: number[]): FeatureSet => ({values: Float64Array.from(values), count: 2, dimension: 1});
    expect(kid(set(0, 1), set(2, 3))).toBeCloseTo(1 + 343 - (2 * (1 + 1 + 27 + 64)) / 4, 12);
  });

  it('of two halves of one set scatters round zero on both sides', () => {
    const values = Array.from({length: 20}, (_, seed) => {
      const set = normalFeatures(100, 8, seed);
      return kid(selectFeatures(set, rows(0, 50)), selectFeatures(set, rows(50, 100)));
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19);
    expect(Math.min(...values)).toBeLessThan(0);
    expect(Math.max(...values)).toBeGreaterThan(0);
    expect(Math.abs(mean)).toBeLessThan((3 * spread) / Math.sqrt(20));
  });
});

describe('kidEstimate', () => {
  const settings = {subsets: 50, subsetSize: 100, seed: 4};

  it('is near the value of the whole sets and repeats with the seed', async () => {
    const [a, b] = [await goldenFeatures('a'), await goldenFeatures('b')];
    const {mean, standardError} = kidEstimate(featureRows(a), featureRows(b), settings);
    expect(standardError).toBeGreaterThan(0);
    expect(Math.abs(mean - kid(a, b))).toBeLessThan(4 * standardError);
    expect(kidEstimate(featureRows(a), featureRows(b), settings)).toEqual({mean, standardError});
    expect(kidEstimate(featureRows(a), featureRows(b), {...settings, seed: 5}).mean).not.toBe(mean);
  });

  it('over subsets that are the whole sets has no error', () => {
    const [a, b] = [normalFeatures(30, 4, 1), normalFeatures(30, 4, 2)];
    const {mean, standardError} = kidEstimate(featureRows(a), featureRows(b), {subsets: 5, subsetSize: 30, seed: 0});
    expect(mean).toBeCloseTo(kid(a, b), 12);
    expect(standardError).toBeLessThan(1e-12);
  });

  it('refuses subsets that are larger than a set', () => {
    const small = normalFeatures(10, 4, 1);
    expect(() => kidEstimate(featureRows(small), featureRows(small), settings)).toThrow(
      'do not fit sets of 10 and 10 images',
    );
  });
});
