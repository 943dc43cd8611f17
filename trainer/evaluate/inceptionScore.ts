import type {FeatureSet} from './featureRows.ts';
import {NumpyRandom} from './numpyRandom.ts';
import {spreadOf, type Spread} from './spread.ts';

export interface InceptionScoreSettings {
  readonly splits?: number;
  /** Of the order in which images are split; null: as they come. */
  readonly seed?: number | null;
}

/**
 * Inception score (Salimans et al. 2016): exp of the mean divergence of each image's class distribution from that of its split, from class scores
 * [n, classes]. The defaults are those of torch-fidelity; ADM's evaluator splits into parts of 5,000 as they come.
 */
export function inceptionScore(
  {values, count, dimension}: FeatureSet,
  {splits = 10, seed = 2020}: InceptionScoreSettings = {},
): Spread {
  const order =
    seed === null ? Uint32Array.from({length: count}, (_, i) => i) : new NumpyRandom(seed).permutation(count);
  const parts = Math.min(splits, count);
  const scores = Array.from({length: parts}, (_, part) => {
    const rows = order.subarray(Math.floor((part * count) / parts), Math.floor(((part + 1) * count) / parts));
    const logs = Array.from(rows, (row) => logSoftmax(values.subarray(row * dimension, (row + 1) * dimension)));
    const marginal = new Float64Array(dimension);
    for (const log of logs) for (let i = 0; i < dimension; i++) marginal[i]! += Math.exp(log[i]!) / logs.length;
    const divergences = logs.map((log) =>
      log.reduce((sum, p, i) => sum + Math.exp(p) * (p - Math.log(marginal[i]!)), 0),
    );
    return Math.exp(divergences.reduce((sum, value) => sum + value, 0) / divergences.length);
  });
  return spreadOf(scores);
}

/** In double. */
function logSoftmax(scores: ArrayLike<number>): Float64Array {
  const logs = Float64Array.from(scores);
  const largest = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logs.reduce((total, score) => total + Math.exp(score - largest), 0);
  return logs.map((score) => score - largest - Math.log(sum));
}
