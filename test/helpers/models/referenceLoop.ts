import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

/** Shape [N,H,W,C] of the images in the scheduler tests of diffusers. */
export const referenceShape: [number, number, number, number] = [4, 8, 8, 3];

/** The numbers 0 … 767 over 768 (or in falling order), laid out as [C,H,W,N], as [N,H,W,C]. */
export function referenceImages(order: 'rising' | 'falling' = 'rising'): Tensor4D {
  const [batch, height, width, channels] = referenceShape;
  const numbers = Float32Array.from({length: 768}, (_, i) => (order === 'rising' ? i : 767 - i) / 768);
  return tf.tidy(() => tf.transpose(tf.tensor4d(numbers, [channels, height, width, batch]), [3, 1, 2, 0]));
}

/** The closed form that those tests sample from: e(x, t) = x t / (t + 1). */
export function referencePredict(noisy: Tensor4D, timestep: number): Tensor4D {
  return tf.div(tf.mul(noisy, timestep), timestep + 1);
}

/** [N,H,W,C] of numbers in PyTorch's order [N,C,H,W]. */
export function fromNchw(numbers: Float32Array, shape: readonly number[]): Tensor4D {
  return tf.tidy(() => tf.transpose(tf.tensor4d(numbers, shape as [number, number, number, number]), [0, 2, 3, 1]));
}

/** Sum of |x|, in double. */
export async function sumAbs(images: Tensor4D): Promise<number> {
  const values = await images.data<'float32'>();
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}
