import type {TimestepSampling} from '../contract/config/timestepSampling.ts';
import {alphaCumprod, type NoiseSchedule} from './schedule.ts';

type Settings<K extends TimestepSampling['kind']> = Extract<TimestepSampling, {kind: K}>;

/**
 * Relative probability of each timestep, [T]; null where all are the same.
 *
 * - speed: `ratio` where sqrt(1 - ᾱ) grows by at least `threshold` in a timestep, else 1. Wang et al. 2024, "A Closer Look at Time Steps is
 *   Worthy of Triple Speed-Up for Diffusion Model Training" (arXiv 2405.17403), section 3.2, with the bound between the two parts that the
 *   authors' code takes. Their code trains with P2's weights beside it: `lossWeighting: {kind: p2}`.
 */
export function timestepWeights(schedule: NoiseSchedule, sampling: TimestepSampling): Float64Array | null {
  switch (sampling.kind) {
    case 'uniform':
      return null;
    case 'speed':
      return speedWeights(schedule, sampling);
  }
}

function speedWeights(schedule: NoiseSchedule, {ratio, threshold}: Settings<'speed'>): Float64Array {
  const sigmas = Float64Array.from({length: schedule.timesteps}, (_, t) => Math.sqrt(1 - alphaCumprod(schedule, t)));
  return sigmas.map((_, t) => (growth(sigmas, t) >= threshold ? ratio : 1));
}

/** Central difference, and one-sided at both ends. */
function growth(values: Float64Array, index: number): number {
  const [before, after] = [Math.max(0, index - 1), Math.min(values.length - 1, index + 1)];
  return ((values[after] ?? 0) - (values[before] ?? 0)) / Math.max(1, after - before);
}
