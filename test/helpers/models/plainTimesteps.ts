import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

/** N timesteps embedded as themselves, [N,1]: what the fake denoisers take. */
export function preparePlainly(timesteps: readonly number[]): {time: Tensor2D} {
  return {time: tf.tensor2d([...timesteps], [timesteps.length, 1], 'float32')};
}

/** A number for each image, [N,1], as a factor or summand of images: [N,1,1,1]. */
export function perImage(column: Tensor2D): Tensor4D {
  return tf.reshape(column, [-1, 1, 1, 1]);
}
