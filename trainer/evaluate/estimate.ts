import type {Estimate} from '../contract/scores/estimate.ts';

/** Mean of independent values and its standard error, s / sqrt(n) with s over n - 1. Needs at least two values. */
export function estimate(values: ArrayLike<number>): Estimate {
  const list = Array.from(values);
  if (list.length < 2) throw new Error(`a standard error needs at least 2 values, not ${list.length}`);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
  return {mean, standardError: Math.sqrt(variance / list.length)};
}
