import * as tf from '@tensorflow/tfjs-core';
import type {Denoiser} from '../models/denoiser.ts';
import type {Params} from '../nn/params.ts';

/** Images on the host in PyTorch's order. */
export interface NchwImages {
  readonly values: Float32Array;
  /** [N,C,H,W] */
  readonly shape: readonly [number, number, number, number];
}

/** One call of the network on images and results in PyTorch's order, N timesteps; for comparisons with other programs. */
export async function predictNchw(
  denoiser: Denoiser,
  params: Params,
  {values, shape}: NchwImages,
  timesteps: readonly number[],
): Promise<NchwImages> {
  const output = tf.tidy(() => {
    const noisy: tf.Tensor4D = tf.transpose(tf.tensor4d(values, [...shape]), [0, 2, 3, 1]);
    const prediction: tf.Tensor4D = tf.transpose(
      denoiser.predict(params, {noisy, ...denoiser.prepare(timesteps)}),
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
