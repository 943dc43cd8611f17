import * as tf from '@tensorflow/tfjs-core';
import type {Denoiser} from '../models/denoiser.ts';
import type {Params} from '../nn/params.ts';

/** Images on the host in PyTorch's order. */
export interface NchwImages {
  readonly values: Float32Array;
  /** [N,C,H,W] */
  readonly shape: readonly [number, number, number, number];
}

/** Hidden states of a text encoder, on the host. */
export interface HostContext {
  readonly values: Float32Array;
  /** [N, tokens, width] */
  readonly shape: readonly [number, number, number];
}

/**
 * One call of the network on images and results in PyTorch's order, N timesteps; for comparisons with other programs. A network that is
 * conditioned on text needs a context.
 */
export async function predictNchw(
  denoiser: Denoiser,
  params: Params,
  {values, shape}: NchwImages,
  timesteps: readonly number[],
  context?: HostContext,
): Promise<NchwImages> {
  const output = tf.tidy(() => {
    const noisy: tf.Tensor4D = tf.transpose(tf.tensor4d(values, [...shape]), [0, 2, 3, 1]);
    const condition = context && {context: tf.tensor3d(context.values, [...context.shape])};
    const prediction: tf.Tensor4D = tf.transpose(
      denoiser.predict(params, {noisy, ...denoiser.prepare(timesteps, condition)}),
      [0, 3, 1, 2],
    );
    return prediction;
  });
  try {
    return {values: new Float32Array(await output.data()), shape: output.shape};
  } finally {
    output.dispose();
  }
}
