import * as tf from '@tensorflow/tfjs-core';
import {drawnOnHost} from '../engine/ops/drawnOnHost.ts';
import type {Random} from '../random.ts';

/**
 * Zeroes each element with probability `rate` and scales the others by 1 / (1 - rate). The mask is drawn on the host, so
 * that it is the same on every engine, by a new `random()` whenever it is drawn.
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, random: () => Random): T {
  const kept = 1 / (1 - rate);
  const mask = drawnOnHost(x.shape, () => {
    const draws = random();
    return Float32Array.from({length: x.size}, () => (draws.float() < rate ? 0 : kept));
  });
  return tf.mul(x, mask);
}
