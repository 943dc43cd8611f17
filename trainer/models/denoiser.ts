import type {Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import type {Params} from '../nn/params.ts';

export interface PredictOptions {
  /** Seed of the dropout masks, asked for whenever they are drawn: a recorded prediction draws them at each run. Omitted: no dropout. */
  dropoutSeed?: () => number;
  /** Compute the activations inside a block again in the backward pass, instead of keeping them: same gradients, less memory. */
  gradientCheckpointing?: boolean;
  /** Is given the feature map [N,H,W,C] that leaves each place for a projection, after W where there is one; they come in forward order. */
  onSite?: (map: Tensor4D) => void;
}

/** What a prediction depends on besides noisy images and timesteps. Nothing, for an unconditional network. */
export type Condition = {
  /** Hidden states of a text encoder, [N, tokens, width]. */
  readonly context?: Tensor3D;
};

/** What a network is called with, all tensors, so that a prediction can be recorded once and run many times. */
export type DenoiserInputs = Condition & {
  /** [N,H,W,C] */
  readonly noisy: Tensor4D;
  /** Embedded timesteps, [N, width]. */
  readonly time: Tensor2D;
};

/**
 * A network that predicts from a noisy image: the architecture without its weights, so that base, teacher, experts and merged
 * model are one `Denoiser` with several `Params`.
 */
export interface Denoiser {
  /** Name and shape ([kh, kw, in, out], [in, out], [n]) of each parameter, projections included, in a fixed order. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Width of the context that a prediction takes; null for a network without one. */
  readonly contextWidth: number | null;
  /** N timesteps, whole or fractional, and their condition as `predict` takes them. `time` is new; the condition stays the caller's. */
  prepare(timesteps: readonly number[], condition?: Condition): Omit<DenoiserInputs, 'noisy'>;
  /**
   * The prediction [N,H,W,C] (epsilon, v or sample, as the scheduler config says). Projections (`adapter_list.<i>.weight`) are applied
   * when `params` holds them. Call inside a tidy.
   */
  predict(params: Params, inputs: DenoiserInputs, options?: PredictOptions): Tensor4D;
}
