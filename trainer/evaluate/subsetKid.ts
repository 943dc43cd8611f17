import {UserError} from '../contract/errors.ts';
import type {FeatureRows, FeatureSet} from './featureRows.ts';
import {dotProducts} from './gram.ts';
import {NumpyRandom} from './numpyRandom.ts';
import {spreadOf, type Spread} from './spread.ts';

export interface SubsetKidSettings {
  readonly subsets?: number;
  readonly subsetSize?: number;
  readonly seed?: number;
}

/** What torch-fidelity takes. */
export const kidSubsetSize = 1000;

/**
 * Kernel inception distance (Bińkowski et al. 2018) by the subsets that torch-fidelity draws: unbiased squared discrepancies under (x.y / d + 1)^3, their
 * mean and population deviation.
 */
export async function subsetKid(
  a: FeatureRows,
  b: FeatureRows,
  {subsets = 100, subsetSize = kidSubsetSize, seed = 2020}: SubsetKidSettings = {},
): Promise<Spread> {
  if (subsetSize < 2 || subsetSize > Math.min(a.count, b.count)) {
    const message = `KID subsets of ${subsetSize} images do not fit sets of ${a.count} and ${b.count} images.`;
    throw new UserError('kid-subset-size', message, {hint: 'Use more images, or smaller subsets of at least 2.'});
  }
  const random = new NumpyRandom(seed);
  const values: number[] = [];
  for (let i = 0; i < subsets; i++) {
    const x = a.rows(random.choice(a.count, subsetSize));
    const y = b.rows(random.choice(b.count, subsetSize));
    values.push((await meanWithin(x)) + (await meanWithin(y)) - (2 * (await kernelSum(x, y))) / subsetSize ** 2);
  }
  return spreadOf(values);
}

/** Mean kernel value over the ordered pairs of different vectors. */
async function meanWithin(set: FeatureSet): Promise<number> {
  const products = await dotProducts(set, set);
  let sum = 0;
  for (let i = 0; i < set.count; i++)
    for (let j = 0; j < set.count; j++) if (i !== j) sum += kernel(products[i * set.count + j]!, set.dimension);
  return sum / (set.count * (set.count - 1));
}

async function kernelSum(a: FeatureSet, b: FeatureSet): Promise<number> {
  const products = await dotProducts(a, b);
  let sum = 0;
  for (let i = 0; i < products.length; i++) sum += kernel(products[i]!, a.dimension);
  return sum;
}

function kernel(dot: number, dimension: number): number {
  return (dot / dimension + 1) ** 3;
}
