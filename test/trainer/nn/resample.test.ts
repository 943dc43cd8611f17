import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {downsample, upsampleNearest} from '../../../trainer/nn/resample.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';

describeOnEngines('resampling', () => {
  it('doubles each pixel', async () => {
    const doubled = upsampleNearest(tf.tensor4d([1, 2, 3, 4], [2, 1, 2, 1]));
    expect(doubled.shape).toEqual([2, 2, 4, 1]);
    expect([...(await doubled.data())]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });

  it('sums the gradient of each 2x2 block, in every image of a batch', async () => {
    const [batch, height, width, channels] = [3, 4, 3, 2];
    const dy = Float32Array.from({length: batch * 4 * height * width * channels}, (_, k) => Math.cos(0.1 * k));
    const expected = new Float32Array(batch * height * width * channels);
    for (const [k, value] of dy.entries()) {
      const c = k % channels;
      const x = Math.floor(k / channels) % (2 * width);
      const row = Math.floor(k / (channels * 2 * width));
      const [n, y] = [Math.floor(row / (2 * height)), row % (2 * height)];
      const target = ((n * height + Math.floor(y / 2)) * width + Math.floor(x / 2)) * channels + c;
      expected[target] = (expected[target] ?? 0) + value;
    }
    const gradient = tf.grad((x: Tensor) => upsampleNearest(x as Tensor4D))(
      tf.zeros([batch, height, width, channels]),
      tf.tensor(dy, [batch, 2 * height, 2 * width, channels]),
    );
    expectAllClose(await gradient.data(), expected, 1e-6);
  });

  it.each([
    // A kernel of ones sums the 3x3 window; PyTorch's windows start at (2i, 2j) for padding 0 and at (2i-1, 2j-1) for padding 1.
    [0, [1 + 2 + 3 + 5 + 6 + 7 + 9 + 10 + 11, 3 + 4 + 7 + 8 + 11 + 12, 9 + 10 + 11 + 13 + 14 + 15, 11 + 12 + 15 + 16]],
    [1, [1 + 2 + 5 + 6, 2 + 3 + 4 + 6 + 7 + 8, 5 + 6 + 9 + 10 + 13 + 14, 6 + 7 + 8 + 10 + 11 + 12 + 14 + 15 + 16]],
  ] as const)('halves with padding %s', async (padding, expected) => {
    const image: Tensor4D = tf.reshape(tf.range(1, 17), [1, 4, 4, 1]);
    const halved = downsample(image, tf.ones([3, 3, 1, 1]), tf.tensor1d([0.5]), padding);
    expectAllClose(
      await halved.data(),
      expected.map((value) => value + 0.5),
      1e-6,
    );
  });

  it('enlarges to one less than twice, as a smaller level of an odd size was made', async () => {
    const row = tf.tensor4d([1, 2, 3, 4, 5], [1, 1, 5, 1]);
    const enlarge = (x: Tensor) => upsampleNearest(x as Tensor4D, [1, 9]);
    expect([...(await enlarge(row).data())]).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5]);
    expect([
      ...(await tf
        .grad(enlarge)(row, tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 9, 1]))
        .data()),
    ]).toEqual([3, 7, 11, 15, 9]);
  });

  it.each([
    // Of an odd size padding 0 reads whole windows only, from (2i, 2j); padding 1 has one more.
    [0, 3, 4, [1 + 2 + 3 + 5 + 6 + 7 + 9 + 10 + 11, 3 + 4 + 7 + 8 + 11 + 12]],
    [1, 3, 3, [1 + 2 + 4 + 5, 2 + 3 + 5 + 6, 4 + 5 + 7 + 8, 5 + 6 + 8 + 9]],
    [0, 5, 3, [1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9, 7 + 8 + 9 + 10 + 11 + 12 + 13 + 14 + 15]],
  ] as const)('halves odd sizes with padding %s: %s x %s', async (padding, height, width, expected) => {
    const image: Tensor4D = tf.reshape(tf.range(1, height * width + 1), [1, height, width, 1]);
    const halve = (x: Tensor) => downsample(x as Tensor4D, tf.ones([3, 3, 1, 1]), tf.zeros([1]), padding);
    expect([...(await halve(image).data())]).toEqual(expected);
    expect(tf.grad(halve)(image).shape).toEqual(image.shape);
  });
});
