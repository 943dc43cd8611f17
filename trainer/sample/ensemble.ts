import {routeTimestep, type TimestepRange} from '../deme/timesteps.ts';
import type {Denoiser} from '../models/denoiser.ts';
import type {Params} from '../nn/params.ts';
import {modelPredict, type Predict} from './predict.ts';

/** The unmerged experts as one model: each answers in its own range (Decouple-Then-Merge, Eq. 7, routed by the edges). */
export function ensemblePredict(
  denoiser: Denoiser,
  paramsByExpert: readonly Params[],
  ranges: readonly TimestepRange[],
): Predict {
  if (paramsByExpert.length !== ranges.length) {
    throw new Error(`${paramsByExpert.length} experts do not fit ${ranges.length} ranges`);
  }
  const experts = paramsByExpert.map((params) => modelPredict(denoiser, params));
  return (noisy, timestep) => (experts[routeTimestep(timestep, ranges)] as Predict)(noisy, timestep);
}
