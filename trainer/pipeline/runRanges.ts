import type {DemeConfig} from '../contract/config.ts';
import {UserError} from '../contract/errors.ts';
import {runExperts} from '../contract/pipeline.ts';
import {equalRanges, rangesFromEdges, type TimestepRange} from '../deme/timesteps.ts';

/**
 * The timestep ranges of a run's experts: the config's edges, the given experts' own ranges, or equal ones. Throws a UserError when the
 * given ranges do not tile [0, timesteps) in this order, or when only some are given and they are not the equal ones.
 */
export function runRanges(config: DemeConfig, timesteps: number): TimestepRange[] {
  if (config.decouple?.edges) return rangesFromEdges(config.decouple.edges, timesteps);
  const given = config.experts?.map((expert) => expert.range) ?? [];
  const ranges = given.length > 0 && given.every(isGiven) ? tiled(given, timesteps) : equalRanges(Math.max(1, runExperts(config)), timesteps);
  given.forEach((range, i) => {
    const [low, high] = ranges[i] ?? [];
    if (range === undefined || (range[0] === low && range[1] === high)) return;
    throw new UserError('ranges-invalid', `Expert ${i} has range [${range.join(', ')}], but [${low}, ${high}] is what the others leave to it.`, {
      hint: 'Give every expert its range; together they must cover each timestep once, in rising order.',
    });
  });
  return ranges;
}

const isGiven = (range: readonly [number, number] | undefined): range is readonly [number, number] => range !== undefined;

function tiled(given: readonly TimestepRange[], timesteps: number): TimestepRange[] {
  return rangesFromEdges([...given.map(([low]) => low), given.at(-1)?.[1] ?? timesteps], timesteps);
}
