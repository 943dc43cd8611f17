import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D} from '@tensorflow/tfjs-core';
import {ownGradient} from './ownGradient.ts';

/**
 * LayerNorm (Ba et al. 2016) over the last axis of x [..., C] with scale and offset [C], as one operation that keeps x and two numbers
 * for each row. The variance is biased and taken in two passes, so that a large mean costs no digits. First derivatives only.
 */
export function layerNorm<T extends Tensor>(x: T, gamma: Tensor1D, beta: Tensor1D, eps: number): T {
  return ownGradient<[T, Tensor1D, Tensor1D], [T, Tensor, Tensor, Tensor1D], T>(
    [x, gamma, beta],
    (x, gamma, beta) => {
      const mean = tf.mean(x, -1, true);
      const centred = tf.sub<T>(x, mean);
      const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
      return {value: tf.add(tf.mul(tf.mul(centred, rstd), gamma), beta), saved: [x, mean, rstd, gamma]};
    },
    (dy, [x, mean, rstd, gamma]) => {
      const xhat = tf.mul<T>(tf.sub(x, mean), rstd);
      const rows = Array.from({length: x.rank - 1}, (_, axis) => axis);
      const dGamma = tf.sum(tf.mul(dy, xhat), rows);
      const dBeta = tf.sum(dy, rows);
      // dx = rstd (g - mean(g) - xhat mean(g xhat)) with g = gamma dy, means over the row.
      const g = tf.mul<T>(dy, gamma);
      const along = tf.mul<T>(xhat, tf.mean(tf.mul(g, xhat), -1, true));
      const dx = tf.mul<T>(tf.sub(tf.sub(g, tf.mean(g, -1, true)), along), rstd);
      return [dx, dGamma, dBeta];
    },
  );
}
