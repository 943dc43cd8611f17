import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {clipGlobalNorm} from '../../../trainer/train/clipNorm.ts';
import {expectAllClose} from '../../helpers/allClose.ts';
import {joined} from '../../helpers/joined.ts';
import {describeOnEngines} from '../../helpers/engines.ts';
import {expectNoLeak} from '../../helpers/tensorCount.ts';

describeOnEngines('clipping by the global norm', () => {
  it.each([
    ['scales a long gradient to the limit', 1, [0.6, 0.8]],
    ['leaves a short one alone', 10, [3, 4]],
    ['is off with null', null, [3, 4]],
  ])('%s', async (_, limit, expected) => {
    const {gradient, norm} = clipGlobalNorm([tf.tensor1d([3]), tf.tensor1d([4])], limit);
    expectAllClose(await joined(gradient).data(), expected, 1e-6);
    expectAllClose(await norm.data(), [5], 1e-6);
  });

  it('adds 1e-6 to the norm as PyTorch does, which shows at a tiny norm', async () => {
    const {gradient} = clipGlobalNorm([tf.tensor1d([3e-6, 4e-6])], 1e-6);
    expectAllClose(await joined(gradient).data(), [3e-6 / 6, 4e-6 / 6], 1e-12);
  });

  it('keeps a zero gradient zero', async () => {
    const {gradient, norm} = clipGlobalNorm([tf.zeros([3])], 1);
    expect([...(await joined(gradient).data()), ...(await norm.data())]).toEqual([0, 0, 0, 0]);
  });

  it.each([1, 2, 3, 15, 16, 17, 1000])('takes all of %i elements into account', async (size) => {
    const values = Float32Array.from({length: size}, (_, i) => i + 1);
    const {norm} = clipGlobalNorm([tf.tensor1d(values)], null);
    const expected = Math.hypot(...values);
    expectAllClose(await norm.data(), [expected], 1e-6 * expected);
  });

  it('has the norm of a large network right, whose terms are each too small for a running float32 sum', async () => {
    const {gradient, norm} = clipGlobalNorm([tf.ones([20_000_000])], 1);
    expectAllClose(await norm.data(), [Math.sqrt(20_000_000)], 0.05);
    tf.dispose([...gradient, norm]);
  });

  it.each([1, null])('gives the caller two tensors and keeps none, limit %s', async (limit) => {
    await expectNoLeak(() => {
      const before = tf.tensor1d([1, 2]);
      const {gradient, norm} = clipGlobalNorm([before], limit);
      expect(tf.memory().numTensors).toBeGreaterThanOrEqual(3);
      tf.dispose([before, ...gradient, norm]);
    });
  });
});
