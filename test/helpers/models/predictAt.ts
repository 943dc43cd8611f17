import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {Denoiser, PredictOptions} from '../../../trainer/models/denoiser.ts';
import type {Params} from '../../../trainer/nn/params.ts';

/** The prediction [N,H,W,C] for noisy images [N,H,W,C] at N plain timesteps. Call inside a tidy. */
export function predictAt(
  denoiser: Denoiser,
  params: Params,
  noisy: Tensor4D,
  timesteps: readonly number[],
  options?: PredictOptions,
): Tensor4D {
  return denoiser.predict(params, {noisy, ...denoiser.prepare(timesteps)}, options);
}
