import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {Predictor} from '../models/predictor.ts';

/** What a sampler needs of a model: [N,H,W,C] noisy images that share one timestep -> [N,H,W,C] prediction. Called inside a tidy. */
export type Predict = (noisy: Tensor4D, timestep: number) => Tensor4D;

/** The prediction of one set of weights at every timestep. */
export function modelPredict(predictor: Predictor): Predict {
  return (noisy, timestep) => predictor.predict(noisy, new Array<number>(noisy.shape[0]).fill(timestep));
}
