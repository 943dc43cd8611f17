import type {Tensor1D, Tensor2D, Tensor3D} from '@tensorflow/tfjs-core';
import type {GroupNormAffine} from '../nn/groupNorm.ts';
import {param, type Params} from '../nn/params.ts';

/** What every block of one evaluation of the network needs besides its input. */
export interface Pass {
  readonly params: Params;
  /** SiLU of the time embedding, [N, width]; null in networks without timesteps. */
  readonly time: Tensor2D | null;
  /** What cross-attention looks at, [N, tokens, width]; null in networks without any. */
  readonly context: Tensor3D | null;
  /** See `PredictOptions`. */
  readonly dropoutSeed?: () => number;
  /** Compute the activations inside a block again in the backward pass, instead of keeping them. */
  readonly gradientCheckpointing?: boolean;
  /**
   * Numbers of a map beyond which norms and convolutions take it in bands of rows, so that little lives beside input and output. Only where nothing is
   * differentiated; left out: maps are taken whole.
   */
  readonly bandLimit?: number;
}

export function bias(params: Params, layer: string): Tensor1D {
  return param<Tensor1D>(params, `${layer}.bias`);
}

/** The parameters of the normalisation called `name`. */
export function affine(params: Params, name: string): GroupNormAffine {
  return {gamma: param(params, `${name}.weight`), beta: param(params, `${name}.bias`)};
}
