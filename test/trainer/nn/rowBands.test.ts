import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {groupNormOfRows, groupNormSilu} from '../../../trainer/nn/groupNorm.ts';
import {conv2d} from '../../../trainer/nn/layers.ts';
import {upsampleNearest} from '../../../trainer/nn/resample.ts';
import {inRowBands, sumOverRows} from '../../../trainer/nn/rowBands.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const random = (shape: number[], seed: number) => tf.randomNormal<tf.Rank.R4>(shape as never, 0, 1, 'float32', seed);

describeOnEngines('maps in bands of rows', () => {
  // 7 rows of 2 * 5 * 4 numbers: bands of one row, of two and one that is left, of four and three, and the whole.
  it.each([1, 80, 160, 280])('become what they do as a whole: at most %i numbers', async (limit) => {
    const [x, y] = [random([2, 7, 5, 4], 1), random([2, 7, 5, 3], 2)];
    const kernel = random([3, 3, 4, 3], 3);
    const bias = tf.tensor1d([1, -2, 3]);
    const f = (x: Tensor4D, y: Tensor4D) => tf.tidy(() => tf.add<Tensor4D>(conv2d(x, kernel, bias), y));
    const banded = inRowBands([x, y], limit, f);
    expect(banded.shape).toEqual([2, 7, 5, 3]);
    expectAllClose(await banded.data(), await f(x, y).data(), 1e-5);
    await expectNoLeak(() => tf.dispose(inRowBands([x, y], limit, f)));
  });

  it.each([1, 500, 1000])('are enlarged as the whole is: at most %i numbers', async (limit) => {
    const [x, kernel] = [random([1, 6, 5, 4], 1), random([3, 3, 4, 3], 2)];
    const f = (x: Tensor4D) => conv2d(upsampleNearest(x), kernel, tf.zeros<tf.Rank.R1>([3]));
    const banded = inRowBands([x], limit, f, 2);
    expect(banded.shape).toEqual([1, 12, 10, 3]);
    expectAllClose(await banded.data(), await f(x).data(), 1e-5);
  });

  it('never exist as a whole on the way', () => {
    const seen: number[] = [];
    const f = (x: Tensor4D) => (seen.push(x.shape[1]), x.clone());
    inRowBands([random([1, 10, 4, 2], 1)], 24, f);
    // Three rows each, and the neighbours that a convolution sees.
    expect(seen).toEqual([4, 5, 5, 2]);
  });

  it('are added up', async () => {
    const x = random([2, 7, 5, 4], 1);
    const sums = sumOverRows(x, 80, (rows) => tf.sum(rows, [1, 2]));
    expectAllClose(await sums.data(), await tf.sum(x, [1, 2]).data(), 1e-5);
  });

  it('are normalised by the statistics of all rows', async () => {
    const x = random([2, 7, 5, 4], 1);
    const affine = {
      gamma: tf.tensor1d([1, 2, 3, 4]),
      beta: tf.tensor1d([0, 1, 0, 1]),
      shift: tf.tensor1d([5, 5, -5, 0]),
    };
    const settings = {groups: 2, eps: 1e-6, activate: true};
    const whole = groupNormSilu(x, affine, settings);
    for (const limit of [1, 100, Infinity]) {
      const normed = groupNormOfRows(x, affine, settings, limit);
      const rows = tf.slice4d(x, [0, 2, 0, 0], [-1, 3, -1, -1]);
      const expected = tf.slice4d(whole, [0, 2, 0, 0], [-1, 3, -1, -1]);
      expectAllClose(await normed(rows).data(), await expected.data(), 1e-5);
    }
  });
});
