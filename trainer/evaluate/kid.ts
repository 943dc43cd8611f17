import {estimate, type Estimate} from '../contract/scores/estimate.ts';
import {UserError} from '../contract/errors.ts';
import {createRandom, permutation} from '../random.ts';
import type {FeatureRows, FeatureSet} from './featureRows.ts';

export interface KidSettings {
  /** Number of random subsets. */
  subsets: number;
  /** Images in a subset, drawn without replacement from each set. */
  subsetSize: number;
  seed: number;
}

/** Settings of all runs and searches; a subset has at most `largestSubset` images. */
const standard = {subsets: 50, seed: 2020, largestSubset: 100} as const;

/** The standard settings for sets of these sizes. */
export function kidSettings(...counts: readonly number[]): KidSettings {
  const {subsets, seed, largestSubset} = standard;
  return {subsets, seed, subsetSize: Math.min(largestSubset, ...counts)};
}

/**
 * Kernel Inception distance (Bińkowski et al. 2018): the unbiased squared maximum mean discrepancy
 * under the kernel (x.y / d + 1)^3. Unbiased, so it may be negative when the sets agree.
 */
export function kid(a: FeatureSet, b: FeatureSet): number {
  if (a.dimension !== b.dimension) {
    throw new Error(`features of different networks: ${a.dimension} and ${b.dimension} dimensions`);
  }
  return meanWithin(a) + meanWithin(b) - 2 * (kernelSum(a, b) / (a.count * b.count));
}

/**
 * Mean and standard error of `kid` over random subsets. The subsets overlap, so the error is that of the estimate from these
 * images, not of another draw of images.
 */
export function kidEstimate(a: FeatureRows, b: FeatureRows, {subsets, subsetSize, seed}: KidSettings): Estimate {
  if (subsetSize < 2 || subsetSize > Math.min(a.count, b.count)) {
    throw new UserError(
      'kid-subset-size',
      `KID subsets of ${subsetSize} images do not fit sets of ${a.count} and ${b.count} images.`,
      {hint: 'Draw more images, or use smaller subsets of at least 2.'},
    );
  }
  const values = Array.from({length: subsets}, (_, subset) =>
    kid(subsetOf(a, subsetSize, seed, 'first', subset), subsetOf(b, subsetSize, seed, 'second', subset)),
  );
  return estimate(values);
}

function subsetOf(features: FeatureRows, size: number, seed: number, side: string, subset: number): FeatureSet {
  const order = permutation(features.count, createRandom(seed, 'kid', side, subset));
  return features.rows(order.subarray(0, size));
}

/** Mean kernel value over the ordered pairs of different vectors. */
function meanWithin(set: FeatureSet): number {
  let diagonal = 0;
  for (let i = 0; i < set.count; i++) diagonal += kernel(set, i, set, i);
  return (kernelSum(set, set) - diagonal) / (set.count * (set.count - 1));
}

function kernelSum(a: FeatureSet, b: FeatureSet): number {
  let sum = 0;
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) sum += kernel(a, i, b, j);
  }
  return sum;
}

function kernel(a: FeatureSet, i: number, b: FeatureSet, j: number): number {
  const size = a.dimension;
  let dot = 0;
  for (let k = 0; k < size; k++) dot += (a.values[i * size + k] ?? NaN) * (b.values[j * size + k] ?? NaN);
  return (dot / size + 1) ** 3;
}
