import * as tf from '@tensorflow/tfjs-core';
import type {Random} from '../random.ts';

/**
 * Zeroes each element with probability `rate` and scales the others by 1 / (1 - rate). The mask is drawn on the host, so
 * that it is the same on every engine.
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, random: Random): T {
  const kept = 1 / (1 - rate);
  const mask = Float32Array.from({length: x.size}, () => (random.float() < rate ? 0 : kept));
  return tf.mul(x, tf.tensor(mask, x.shape));
}
