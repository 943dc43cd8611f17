import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {clipFactor} from '../../../trainer/train/clipNorm.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {joined} from '../../helpers/models/joined.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

function clipped(gradient: readonly tf.Tensor1D[], factor: tf.Scalar | null): Promise<Float32Array> {
  const vector = joined([...gradient]);
  return (factor === null ? vector : tf.mul(vector, factor)).data<'float32'>();
}

describeOnEngines('clipping by the global norm', () => {
  it.each([
    ['scales a long gradient to the limit', 1, [0.6, 0.8]],
    ['leaves a short one alone', 10, [3, 4]],
    ['is off with null', null, [3, 4]],
  ])('%s', async (_, limit, expected) => {
    const gradient = [tf.tensor1d([3]), tf.tensor1d([4])];
    const {factor, norm} = clipFactor(gradient, limit);
    expectAllClose(await clipped(gradient, factor), expected, 1e-6);
    expectAllClose(await norm.data(), [5], 1e-6);
  });

  it('adds 1e-6 to the norm as PyTorch does, which shows at a tiny norm', async () => {
    const gradient = [tf.tensor1d([3e-6, 4e-6])];
    const {factor} = clipFactor(gradient, 1e-6);
    expectAllClose(await clipped(gradient, factor), [3e-6 / 6, 4e-6 / 6], 1e-12);
  });

  it('keeps a zero gradient zero', async () => {
    const gradient = [tf.zeros<tf.Rank.R1>([3])];
    const {factor, norm} = clipFactor(gradient, 1);
    expect([...(await clipped(gradient, factor)), ...(await norm.data())]).toEqual([0, 0, 0, 0]);
  });

  it.each([1, 2, 3, 15, 16, 17, 1000])('takes all of %i elements into account', async (size) => {
    const values = Float32Array.from({length: size}, (_, i) => i + 1);
    const {norm} = clipFactor([tf.tensor1d(values)], null);
    const expected = Math.hypot(...values);
    expectAllClose(await norm.data(), [expected], 1e-6 * expected);
  });

  it('has the norm of a large network right, whose terms are each too small for a running float32 sum', async () => {
    const gradient = [tf.ones<tf.Rank.R1>([20_000_000])];
    const {factor, norm} = clipFactor(gradient, 1);
    expectAllClose(await norm.data(), [Math.sqrt(20_000_000)], 0.05);
    tf.dispose([...gradient, norm]);
    factor?.dispose();
  });

  it.each([1, null])('gives the caller the norm and, with a limit, the factor, limit %s', async (limit) => {
    await expectNoLeak(() => {
      const before = tf.tensor1d([1, 2]);
      const {factor, norm} = clipFactor([before], limit);
      expect(factor === null).toBe(limit === null);
      tf.dispose([before, norm]);
      factor?.dispose();
    });
  });
});
