import {UserError} from '../contract/errors.ts';
import {equalEdges} from '../contract/config/rangeEdges.ts';
import type {Random} from '../random.ts';

/** Timesteps [low, high). */
export type TimestepRange = readonly [number, number];

export interface TimestepDraw {
  /** The expert's own range. */
  range: TimestepRange;
  /** Number of training timesteps T. */
  timesteps: number;
  /** Timesteps to draw, one for each image of the micro-batch. */
  batch: number;
  /** Probability p of a draw from all of [0, T) instead of the own range. */
  probability: number;
  /** One coin for the micro-batch and antithetic pairs (`batch`), or one coin and one independent draw for each image (`sample`). */
  draw: 'batch' | 'sample';
  /** Relative probability of each timestep, [T]; null: all the same. */
  weights?: Float64Array | null;
}

/** `count` contiguous ranges that tile [0, timesteps), with edge i = floor(i * T / N) where T is not divisible by N. */
export function equalRanges(count: number, timesteps: number): TimestepRange[] {
  if (!Number.isInteger(count) || count < 1 || count > timesteps) {
    throw new UserError('ranges-invalid', `${timesteps} timesteps cannot be divided into ${count} ranges.`, {
      hint: `Ask for 1 to ${timesteps} ranges.`,
    });
  }
  return rangesFromEdges(equalEdges(count, timesteps), timesteps);
}

/** The ranges between rising integer edges, which must run from 0 to `timesteps` so that every timestep has one expert. */
export function rangesFromEdges(edges: readonly number[], timesteps: number): TimestepRange[] {
  const ranges = edges.slice(1).map((high, i) => [edges[i] as number, high] as const);
  const rising = ranges.length > 0 && ranges.every(([low, high]) => Number.isInteger(low) && low < high);
  if (!rising || edges[0] !== 0 || edges.at(-1) !== timesteps) {
    throw new UserError(
      'edges-invalid',
      `The edges [${edges.join(', ')}] do not tile the timesteps 0 to ${timesteps}.`,
      {
        hint: `Give rising whole numbers that start with 0 and end with ${timesteps}.`,
      },
    );
  }
  return ranges;
}

/** Index of the range that holds `timestep`. By the edges: floor(t * N / T) of the paper's Eq. 7 disagrees with them for many N. */
export function routeTimestep(timestep: number, ranges: readonly TimestepRange[]): number {
  const index = ranges.findIndex(([low, high]) => low <= timestep && timestep < high);
  if (index < 0) throw new RangeError(`no range holds timestep ${timestep}`);
  return index;
}

/**
 * Timesteps of one micro-batch (Decouple-Then-Merge, Eq. 6): from the own range with probability 1 - p, else from [0, T).
 * Own range (1 - p) + p/N, every other of N equal ranges p/N.
 */
export function drawTimesteps(settings: TimestepDraw, random: Random): number[] {
  const {batch, draw, weights} = settings;
  const pick = weights ? weightedPick(weights) : uniformPick;
  if (draw === 'batch') return drawAntithetic(batch, pick(tossCoin(settings, random), random));
  return Array.from({length: batch}, () => pick(tossCoin(settings, random), random)().timestep);
}

function tossCoin({range, timesteps, probability}: TimestepDraw, random: Random): TimestepRange {
  return random.float() < probability ? [0, timesteps] : range;
}

/** A draw with its mirror image, which is as likely, and late where the draw is early. */
type Pick = () => {timestep: number; mirrored: number};

/**
 * floor(B/2) + 1 draws, then their mirror images, cut to B: the marginal stays the same while the mean varies less. The cut leaves
 * ceil(B/2) - 1 pairs: 7 and two single draws for B = 16, none for B = 1 and 2.
 */
function drawAntithetic(batch: number, pick: Pick): number[] {
  const drawn = Array.from({length: Math.floor(batch / 2) + 1}, pick);
  return [...drawn.map(({timestep}) => timestep), ...drawn.map(({mirrored}) => mirrored)].slice(0, batch);
}

function uniformPick([low, high]: TimestepRange, random: Random): Pick {
  return () => {
    const timestep = random.int(low, high);
    return {timestep, mirrored: low + high - 1 - timestep};
  };
}

/** By the inverse of the distribution function: u and 1 - u are mirror images. */
function weightedPick(weights: Float64Array): (range: TimestepRange, random: Random) => Pick {
  const below = new Float64Array(weights.length + 1);
  weights.forEach((weight, t) => (below[t + 1] = (below[t] as number) + weight));
  return ([low, high], random) => {
    const [first, last] = [below[low] as number, below[high] as number];
    const inverse = (u: number) => lastNotAbove(below, first + u * (last - first), low, high);
    return () => {
      const u = random.float();
      return {timestep: inverse(u), mirrored: inverse(1 - u - 2 ** -32)};
    };
  };
}

/** The largest index in [low, high) whose value is not above `limit`; the values rise. */
function lastNotAbove(values: Float64Array, limit: number, low: number, high: number): number {
  let [found, end] = [low, high];
  while (end - found > 1) {
    const middle = (found + end) >> 1;
    if ((values[middle] as number) <= limit) found = middle;
    else end = middle;
  }
  return found;
}
