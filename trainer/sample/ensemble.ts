import {routeTimestep, type TimestepRange} from '../deme/timesteps.ts';
import type {Predictor} from '../models/predictor.ts';
import {modelPredict, type Predict} from './predict.ts';

/** The unmerged experts as one model: each answers in its own range (Decouple-Then-Merge, Eq. 7, routed by the edges). */
export function ensemblePredict(predictors: readonly Predictor[], ranges: readonly TimestepRange[]): Predict {
  if (predictors.length !== ranges.length) {
    throw new Error(`${predictors.length} experts do not fit ${ranges.length} ranges`);
  }
  const experts = predictors.map(modelPredict);
  return (noisy, timestep) => (experts[routeTimestep(timestep, ranges)] as Predict)(noisy, timestep);
}
