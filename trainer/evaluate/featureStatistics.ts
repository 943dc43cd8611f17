import {UserError} from '../contract/errors.ts';
import {rowsFrom, type FeatureRows, type FeatureSet} from './featureRows.ts';
import type {Gaussian} from './frechet.ts';

/** Mean and covariance of `count` feature vectors. */
export interface FeatureStatistics extends Gaussian {
  readonly count: number;
}

/**
 * Mean and covariance of a stream of feature vectors, in float64. Each part is computed in two passes and merged into the total by `mergeStatistics`.
 * Throws a UserError for fewer than two vectors.
 */
export function streamedStatistics(parts: Iterable<FeatureSet>): FeatureStatistics {
  let total: FeatureStatistics | null = null;
  for (const part of parts) {
    const statistics = partStatistics(part);
    total = total === null ? statistics : mergeStatistics(total, statistics);
  }
  const count = total?.count ?? 0;
  if (total === null || count < 2) {
    throw new UserError('features-too-few', `A covariance needs at least 2 images, not ${count}.`);
  }
  return total;
}

/** Numbers that are in memory at once: all features of 131,072 digits, or of 4,096 images by a network as large as Inception. */
const numbersAtOnce = 1 << 23;

/** Statistics of all features, of which few are in memory at once. */
export function statisticsOf(features: FeatureRows): FeatureStatistics {
  const {count, dimension} = features;
  const atOnce = Math.ceil(numbersAtOnce / dimension);
  const parts = Array.from({length: Math.ceil(count / atOnce)}, (_, part) => part * atOnce);
  return streamedStatistics(readParts());
  function* readParts() {
    for (const first of parts) yield rowsFrom(features, first, Math.min(atOnce, count - first));
  }
}

/**
 * Statistics of the union of two sets (Chan, Golub & LeVeque 1983, eq. 2.1): with M = (n - 1) S and d = m2 - m1,
 *
 *     m = m1 + d n2 / n,    M = M1 + M2 + d d^T n1 n2 / n
 */
export function mergeStatistics(a: FeatureStatistics, b: FeatureStatistics): FeatureStatistics {
  if (a.mean.length !== b.mean.length) {
    throw new Error(`features of different networks: ${a.mean.length} and ${b.mean.length} dimensions`);
  }
  const count = a.count + b.count;
  const difference = b.mean.map((mean, i) => mean - (a.mean[i] ?? NaN));
  const covariance = a.covariance.map(
    (value, i) => (value * (a.count - 1) + (b.covariance[i] ?? NaN) * (b.count - 1)) / (count - 1),
  );
  addOuterProducts(covariance, difference, (a.count * b.count) / (count * (count - 1)));
  return {count, mean: a.mean.map((mean, i) => mean + (difference[i] ?? NaN) * (b.count / count)), covariance};
}

/** Statistics of a set without a part of it, by the same equation: what `mergeStatistics` merges with that part into these. */
export function withoutStatistics(all: FeatureStatistics, part: FeatureStatistics): FeatureStatistics {
  const count = all.count - part.count;
  const mean = all.mean.map((value, i) => value + ((value - (part.mean[i] ?? NaN)) * part.count) / count);
  const difference = part.mean.map((value, i) => value - (mean[i] ?? NaN));
  const covariance = all.covariance.map(
    (value, i) => (value * (all.count - 1) - (part.covariance[i] ?? NaN) * (part.count - 1)) / (count - 1),
  );
  addOuterProducts(covariance, difference, -(count * part.count) / (all.count * (count - 1)));
  return {count, mean, covariance};
}

/** In two passes; the covariance of a single vector is zero. */
function partStatistics({values, count, dimension}: FeatureSet): FeatureStatistics {
  const mean = new Float64Array(dimension);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < dimension; i++) mean[i] = (mean[i] ?? NaN) + (values[n * dimension + i] ?? NaN) / count;
  }
  const centred = Float64Array.from(values);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < dimension; i++)
      centred[n * dimension + i] = (values[n * dimension + i] ?? NaN) - (mean[i] ?? NaN);
  }
  const covariance = new Float64Array(dimension * dimension);
  addOuterProducts(covariance, centred, 1 / Math.max(1, count - 1));
  return {count, mean, covariance};
}

/** Rows of the sum that are updated per pass over the vectors: few enough to stay in the processor's cache. */
const block = 16;

/** Adds `scale` v v^T to `sum` [d, d] for every vector v of `vectors` [n, d]. */
function addOuterProducts(sum: Float64Array, vectors: Float64Array, scale: number): void {
  const size = Math.sqrt(sum.length);
  for (let first = 0; first < size; first += block) {
    for (let start = 0; start < vectors.length; start += size) {
      const vector = vectors.subarray(start, start + size);
      for (let i = first; i < Math.min(size, first + block); i++) {
        const scaled = (vector[i] ?? NaN) * scale;
        const row = i * size;
        for (let j = 0; j < size; j++) sum[row + j] = (sum[row + j] ?? NaN) + scaled * (vector[j] ?? NaN);
      }
    }
  }
}
