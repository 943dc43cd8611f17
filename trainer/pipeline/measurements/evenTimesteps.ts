import {UserError} from '../../contract/errors.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';

/** The middles of `count` equal parts of the timesteps [low, high). Throws a UserError where there are not so many timesteps. */
export function evenTimesteps(count: number, [low, high]: TimestepRange): number[] {
  const all = high - low;
  if (count <= all) return Array.from({length: count}, (_, i) => low + Math.floor(((i + 0.5) * all) / count));
  throw new UserError('argument-invalid', `--timesteps: There are only ${all} timesteps from ${low} to ${high - 1}.`);
}
