import * as tf from '@tensorflow/tfjs-core';
import {expect} from 'vitest';

/**
 * Fails unless `f` leaves as many tensors behind as there were before. It runs twice, so that what it keeps for good after its
 * first call (a cache) is not taken for a leak.
 */
export async function expectNoLeak(f: () => void | Promise<void>): Promise<void> {
  await f();
  const before = tf.memory().numTensors;
  await f();
  expect(tf.memory().numTensors - before, 'tensors left behind').toBe(0);
}
