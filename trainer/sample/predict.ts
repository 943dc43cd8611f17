import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {Precision} from '../contract/config/precision.ts';
import {routeTimestep, type TimestepRange} from '../deme/timesteps.ts';
import type {Condition} from '../models/denoiser.ts';
import type {Predictor} from '../models/predictor.ts';

/**
 * What a sampler needs of a model: [N,H,W,C] noisy images that share one timestep -> [N,H,W,C] prediction. The condition, if any, has a row
 * for each image. Called inside a tidy.
 */
export type Predict = (noisy: Tensor4D, timestep: number, condition?: Condition) => Tensor4D;

/** The prediction of one set of weights at every timestep. */
export function modelPredict(predictor: Predictor, precision?: Precision): Predict {
  return (noisy, timestep, condition) =>
    predictor.predict(noisy, new Array<number>(noisy.shape[0]).fill(timestep), condition, precision);
}

/** The unmerged experts as one model: each answers in its own range (Decouple-Then-Merge, Eq. 7, routed by the edges). */
export function ensemblePredict(experts: readonly Predict[], ranges: readonly TimestepRange[]): Predict {
  if (experts.length !== ranges.length) {
    throw new Error(`${experts.length} experts do not fit ${ranges.length} ranges`);
  }
  return (noisy, timestep, condition) =>
    (experts[routeTimestep(timestep, ranges)] as Predict)(noisy, timestep, condition);
}
