import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {Denoiser} from '../models/denoiser.ts';
import type {Params} from '../nn/params.ts';

/** What a sampler needs of a model: [N,H,W,C] noisy images that share one timestep -> [N,H,W,C] prediction. Called inside a tidy. */
export type Predict = (noisy: Tensor4D, timestep: number) => Tensor4D;

/** The prediction of one set of weights at every timestep. */
export function modelPredict(denoiser: Denoiser, params: Params): Predict {
  return (noisy, timestep) => denoiser.predict(params, noisy, new Array<number>(noisy.shape[0]).fill(timestep));
}
