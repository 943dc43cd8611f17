import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

describeOnEngines('unsortedSegmentSum', () => {
  it('adds up the rows of each segment and leaves the others zero', async () => {
    const sums = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), tf.tensor1d([3, 0, 3], 'int32'), 4),
    );
    expect(sums.shape).toEqual([4, 2]);
    expect([...(await sums.data())]).toEqual([3, 4, 0, 0, 0, 0, 6, 8]);
    sums.dispose();
  });

  it('keeps further axes, and drops rows of a negative segment', async () => {
    const values = Array.from({length: 12}, (_, i) => i + 1);
    const sums = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.tensor3d(values, [3, 2, 2]), tf.tensor1d([1, -1, 1], 'int32'), 2),
    );
    expect(sums.shape).toEqual([2, 2, 2]);
    expect([...(await sums.data())]).toEqual([0, 0, 0, 0, 10, 12, 14, 16]);
    sums.dispose();
  });

  it('is the gradient of a gather: a row that was taken twice gets both gradients', async () => {
    const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const taken = tf.tensor1d([2, 0, 2], 'int32');
    const gradient = tf.tidy(() =>
      tf.grad((x: tf.Tensor) => tf.gather(x, taken))(table, tf.tensor2d([1, 10, 2, 20, 4, 40], [3, 2])),
    );
    expect([...(await gradient.data())]).toEqual([2, 20, 0, 0, 5, 50]);
    tf.dispose([table, taken, gradient]);
  });

  it('leaves no tensors behind', async () => {
    await expectNoLeak(() =>
      tf.tidy(() => void tf.unsortedSegmentSum(tf.ones([3, 2]), tf.tensor1d([0, 1, 1], 'int32'), 2)),
    );
  });
});
