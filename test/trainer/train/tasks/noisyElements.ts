import type * as tf from '@tensorflow/tfjs-core';
import {expect} from 'vitest';
import type {FlatLayout} from '../../../../trainer/nn/flatParams.ts';

/**
 * Indices of the weights whose first gradient [total] is rounding noise. Adam divides a gradient by its own size, so the first step of
 * such a weight is noise of the size of the learning rate; from the second update on, an ordinary gradient outweighs it.
 *
 * Single elements count when they lie below 1e-6 of the largest of their tensor: so much do two engines, which sum in different orders,
 * differ in the median tensor (8e-7; 7e-6 in the worst). Exact zeros are no noise: taps of a kernel that see nothing but padding.
 * The key biases count as a whole: the softmax does not change when all keys move together, so their exact gradient is zero.
 * Fails when more than 0.1 % of the other weights are noisy, or when a key bias has more than noise.
 */
export async function noisyElements(gradient: tf.Tensor1D, layout: FlatLayout): Promise<ReadonlySet<number>> {
  const values = await gradient.data<'float32'>();
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  const noisy = new Set<number>();
  let [begin, ordinary] = [0, 0];
  for (const [i, name] of layout.names.entries()) {
    const magnitudes = values.subarray(begin, begin + (layout.sizes[i] ?? 0)).map(Math.abs);
    const largest = magnitudes.reduce((a, b) => Math.max(a, b), 0);
    const isKeyBias = name.endsWith('.to_k.bias');
    if (isKeyBias) expect(largest / norm, name).toBeLessThan(1e-8);
    magnitudes.forEach((magnitude, k) => {
      if (!isKeyBias && (magnitude === 0 || magnitude > 1e-6 * largest)) return;
      noisy.add(begin + k);
      if (!isKeyBias) ordinary++;
    });
    begin += magnitudes.length;
  }
  expect(ordinary / values.length, 'share of noisy weights').toBeLessThan(1e-3);
  return noisy;
}
