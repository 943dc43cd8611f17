import * as tf from '@tensorflow/tfjs-core';
import type {Denoiser} from '../models/denoiser.ts';
import type {Params} from '../nn/params.ts';
import {fromNchw, toNchw, type NchwImages} from './nchw.ts';

export interface NchwInputs {
  readonly noisy: NchwImages;
  /** N of them, whole or fractional. */
  readonly timesteps: readonly number[];
  /** Hidden states of a text encoder. */
  readonly context?: {
    readonly values: Float32Array;
    /** [N,T,width] */
    readonly shape: readonly [number, number, number];
  };
}

/** One call of the network on images and results in PyTorch's order; for comparisons with other programs. */
export async function predictNchw(
  denoiser: Denoiser,
  params: Params,
  {noisy, timesteps, context}: NchwInputs,
): Promise<NchwImages> {
  const output = tf.tidy(() => {
    const condition = context && {context: tf.tensor3d(context.values, [...context.shape])};
    const inputs = {noisy: fromNchw(noisy, 0, noisy.shape[0]), ...denoiser.prepare(timesteps, condition)};
    return toNchw(denoiser.predict(params, inputs));
  });
  try {
    return {values: new Float32Array(await output.data()), shape: output.shape};
  } finally {
    output.dispose();
  }
}
