import type {FeatureRows} from './featureRows.ts';
import {NumpyRandom} from './numpyRandom.ts';
import {spreadOf, type Spread} from './spread.ts';

export interface InceptionScoreSettings {
  readonly splits?: number;
  /** Of the order in which images are split; null: as they come. */
  readonly seed?: number | null;
}

/** Class scores that are in memory at once. */
const rowsAtOnce = 256;

/**
 * Inception score (Salimans et al. 2016): exp of the mean divergence of each image's class distribution from that of its split, from class scores
 * [n, classes], which are read twice. The defaults are those of torch-fidelity; ADM's evaluator splits into parts of 5,000 as they come.
 */
export function inceptionScore(logits: FeatureRows, {splits = 10, seed = 2020}: InceptionScoreSettings = {}): Spread {
  const {count, dimension} = logits;
  const order =
    seed === null ? Uint32Array.from({length: count}, (_, i) => i) : new NumpyRandom(seed).permutation(count);
  const parts = Math.min(splits, count);
  const scores = Array.from({length: parts}, (_, part) => {
    const images = order.subarray(Math.floor((part * count) / parts), Math.floor(((part + 1) * count) / parts));
    const marginal = new Float64Array(dimension);
    for (const logs of logProbabilities(logits, images))
      for (let i = 0; i < dimension; i++) marginal[i]! += Math.exp(logs[i]!) / images.length;
    let divergences = 0;
    for (const logs of logProbabilities(logits, images))
      divergences += logs.reduce((sum, p, i) => sum + Math.exp(p) * (p - Math.log(marginal[i]!)), 0);
    return Math.exp(divergences / images.length);
  });
  return spreadOf(scores);
}

/** Of the classes, for each of these images. */
function* logProbabilities(logits: FeatureRows, images: Uint32Array): Generator<Float64Array> {
  for (let first = 0; first < images.length; first += rowsAtOnce) {
    const {values, dimension} = logits.rows(images.subarray(first, first + rowsAtOnce));
    for (let at = 0; at < values.length; at += dimension) yield logSoftmax(values.subarray(at, at + dimension));
  }
}

/** In double. */
function logSoftmax(scores: ArrayLike<number>): Float64Array {
  const logs = Float64Array.from(scores);
  const largest = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logs.reduce((total, score) => total + Math.exp(score - largest), 0);
  return logs.map((score) => score - largest - Math.log(sum));
}
