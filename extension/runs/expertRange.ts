import {runExperts} from '../../trainer/contract/run/pipeline.ts';
import {equalEdges} from '../../trainer/contract/config/rangeEdges.ts';
import type {Run} from './run.ts';

/** The timesteps [low, high) of an expert of the run; null where they are not known. */
export function expertRange({config: {config}, timesteps}: Run, index: number): readonly [number, number] | null {
  const given = config.experts?.[index]?.range;
  if (given !== undefined) return given;
  const edges = config.decouple?.edges ?? (timesteps === null ? [] : equalEdges(runExperts(config), timesteps));
  const [low, high] = [edges[index], edges[index + 1]];
  return low === undefined || high === undefined ? null : [low, high];
}
