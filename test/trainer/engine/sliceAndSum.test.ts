import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const shape: [number, number, number, number] = [3, 5, 4, 6];
const values = createRandom(0, 'slice').fillNormal(new Float32Array(3 * 5 * 4 * 6));

/** Elements of the box [begin, begin + size) in row-major order. */
function boxOf(begin: readonly number[], size: readonly number[]): number[] {
  const box: number[] = [];
  values.forEach((value, index) => {
    const at = [Math.floor(index / 120), Math.floor(index / 24) % 5, Math.floor(index / 6) % 4, index % 6];
    if (at.every((place, axis) => place >= (begin[axis] ?? 0) && place < (begin[axis] ?? 0) + (size[axis] ?? 0)))
      box.push(value);
  });
  return box;
}

/** Sum over the pixels of one image and channel, in double precision. */
function pixelTotal(image: number, channel: number): number {
  return boxOf([image, 0, 0, channel], [1, 5, 4, 1]).reduce((sum, value) => sum + value, 0);
}

describe('slices and pixel sums of wasm', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it.each([
    [
      [0, 0, 0, 0],
      [3, 5, 4, 6],
    ],
    [
      [1, 0, 0, 0],
      [2, 5, 4, 6],
    ],
    [
      [1, 2, 0, 0],
      [1, 3, 4, 6],
    ],
    [
      [0, 1, 1, 0],
      [3, 2, 2, 6],
    ],
    [
      [2, 4, 3, 1],
      [1, 1, 1, 4],
    ],
    [
      [0, 0, 0, 5],
      [3, 5, 4, 1],
    ],
  ])('slice from %j of %j holds just these elements', async (begin, size) => {
    const part = tf.slice(tf.tensor(values, shape), begin, size);
    expect(part.shape).toEqual(size);
    expect([...(await part.data())]).toEqual(boxOf(begin, size));
  });

  it('takes -1 as the rest of an axis and keeps integers', async () => {
    const part = tf.slice(tf.tensor1d([5, 6, 7, 8], 'int32'), [1], [-1]);
    expect(part.dtype).toBe('int32');
    expect([...(await part.data())]).toEqual([6, 7, 8]);
  });

  it('sums over the pixels, and over the batch as well', async () => {
    const x = tf.tensor4d(values, shape);
    const perImage = [0, 1, 2].flatMap((image) => [0, 1, 2, 3, 4, 5].map((channel) => pixelTotal(image, channel)));
    expectAllClose(await tf.sum(x, [1, 2]).data(), perImage, 1e-5);
    const overBatch = [0, 1, 2, 3, 4, 5].map(
      (channel) => pixelTotal(0, channel) + pixelTotal(1, channel) + pixelTotal(2, channel),
    );
    expectAllClose(await tf.sum(x, [0, 1, 2]).data(), overBatch, 1e-5);
    expect(tf.sum(x, [1, 2], true).shape).toEqual([3, 1, 1, 6]);
    expect(tf.sum(x, [0, 1, 2], true).shape).toEqual([1, 1, 1, 6]);
  });

  it('leaks nothing', async () => {
    const x = tf.tensor4d(values, shape);
    await expectNoLeak(() => tf.dispose([tf.sum(x, [1, 2], true), tf.slice(x, [1, 0, 0, 0], [1, 5, 4, 6])]));
  });
});
