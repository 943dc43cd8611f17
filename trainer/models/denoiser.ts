import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import type {Params} from '../nn/params.ts';

export interface PredictOptions {
  /** Seed of the dropout masks; left out: no dropout. */
  dropoutSeed?: number;
  /** Compute the activations inside a block again on the way back, instead of keeping them: same gradients, less memory. */
  gradientCheckpointing?: boolean;
}

/**
 * A network that predicts from a noisy image: the architecture without its weights, so that base, teacher, experts and merged
 * model are one `Denoiser` with several `Params`.
 */
export interface Denoiser {
  /** Name and shape ([kh, kw, in, out], [in, out], [n]) of each parameter, projections included, in a fixed order. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Pixels [height, width] that the config names; the network takes any multiple of its down-sampling. */
  readonly sampleSize: readonly [number, number] | null;
  /** N timesteps in the form that `predict` takes, [N, width]: computed on the host, so that `predict` is a function of tensors alone. */
  embedTimesteps(timesteps: readonly number[]): Tensor2D;
  /**
   * [N,H,W,C] noisy images and N embedded timesteps -> [N,H,W,C] prediction (epsilon, v or sample, as the scheduler config says).
   * Projections (`adapter_list.<i>.weight`) are applied when `params` holds them. Call inside a tidy.
   */
  predict(params: Params, noisy: Tensor4D, timesteps: Tensor2D, options?: PredictOptions): Tensor4D;
}
