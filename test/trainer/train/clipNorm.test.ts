import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {clipGlobalNorm} from '../../../trainer/train/clipNorm.ts';
import {expectAllClose} from '../../helpers/allClose.ts';
import {useCpuBackend} from '../../helpers/cpuBackend.ts';
import {expectNoLeak} from '../../helpers/tensorCount.ts';

useCpuBackend();

describe('clipping by the global norm', () => {
  it.each([
    ['scales a long gradient to the limit', 1, [0.6, 0.8]],
    ['leaves a short one alone', 10, [3, 4]],
    ['is off with null', null, [3, 4]],
  ])('%s', async (_, limit, expected) => {
    const {gradient, norm} = clipGlobalNorm(tf.tensor1d([3, 4]), limit);
    expectAllClose(await gradient.data(), expected, 1e-6);
    expect((await norm.data())[0]).toBe(5);
  });

  it('adds 1e-6 to the norm as PyTorch does, which shows at a tiny norm', async () => {
    const {gradient} = clipGlobalNorm(tf.tensor1d([3e-6, 4e-6]), 1e-6);
    expectAllClose(await gradient.data(), [3e-6 / 6, 4e-6 / 6], 1e-12);
  });

  it('keeps a zero gradient zero', async () => {
    const {gradient, norm} = clipGlobalNorm(tf.zeros([3]), 1);
    expect([...(await gradient.data()), ...(await norm.data())]).toEqual([0, 0, 0, 0]);
  });

  it.each([1, null])('gives the caller two tensors and keeps none, limit %s', async (limit) => {
    await expectNoLeak(() => {
      const before = tf.tensor1d([1, 2]);
      const {gradient, norm} = clipGlobalNorm(before, limit);
      expect(tf.memory().numTensors).toBeGreaterThanOrEqual(3);
      tf.dispose([before, gradient, norm]);
    });
  });
});
