import type {DemeConfig} from '../contract/config.ts';
import {runExperts} from '../contract/pipeline.ts';
import {equalRanges, rangesFromEdges, type TimestepRange} from '../deme/timesteps.ts';

/** The timestep ranges of a run's experts: the config's edges, the given experts' own ranges, or equal ones. */
export function runRanges(config: DemeConfig, timesteps: number): TimestepRange[] {
  if (config.decouple?.edges) return rangesFromEdges(config.decouple.edges, timesteps);
  const given = config.experts?.map((expert) => expert.range);
  if (given && given.every((range) => range !== undefined)) {
    return rangesFromEdges([...given.map(([low]) => low), given.at(-1)?.[1] ?? timesteps], timesteps);
  }
  return equalRanges(Math.max(1, runExperts(config)), timesteps);
}
