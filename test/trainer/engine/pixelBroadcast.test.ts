import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const [batch, height, width, channels] = [3, 4, 5, 6];
const image = normal('image', batch * height * width * channels);

const operations = {
  add: {kernel: tf.add, plain: (a: number, b: number) => a + b},
  sub: {kernel: tf.sub, plain: (a: number, b: number) => a - b},
  mul: {kernel: tf.mul, plain: (a: number, b: number) => a * b},
  squaredDifference: {kernel: tf.squaredDifference, plain: (a: number, b: number) => Math.fround(a - b) ** 2},
};

/** Shapes of what is spread over the pixels. */
const shapes = [[batch, 1, 1, channels], [1, 1, 1, channels], [channels]];

function normal(name: string, size: number): Float32Array {
  return createRandom(6, name).fillNormal(new Float32Array(size));
}

/** Element by element in float32, as every engine must round it. */
function spread(values: Float32Array, combine: (pixel: number, value: number) => number): number[] {
  return Array.from(image, (pixel, index) => {
    const n = Math.floor(index / (height * width * channels));
    const at = (values.length === channels ? 0 : n * channels) + (index % channels);
    return Math.fround(combine(pixel, values[at] ?? NaN));
  });
}

describe('channels spread over the pixels on wasm', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  for (const [name, {kernel, plain}] of Object.entries(operations)) {
    it.each(shapes)(`${name} as plain loops do, in either order: %j`, async (...shape) => {
      const values = normal('channels', tf.util.sizeFromShape(shape));
      const [x, c] = [tf.tensor4d(image, [batch, height, width, channels]), tf.tensor(values, shape)];
      const [forwards, backwards] = [kernel<tf.Tensor>(x, c), kernel<tf.Tensor>(c, x)];
      expect([forwards.shape, backwards.shape]).toEqual([x.shape, x.shape]);
      expect([...(await forwards.data())]).toEqual(spread(values, plain));
      expect([...(await backwards.data())]).toEqual(spread(values, (pixel, value) => plain(value, pixel)));
    });
  }

  it('leaves other shapes and types to the kernel of wasm', async () => {
    const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    expect([...(await tf.add(x, tf.tensor4d([10, 20], [1, 2, 1, 1])).data())]).toEqual([
      11, 12, 13, 14, 25, 26, 27, 28,
    ]);
    expect([...(await tf.mul(x, tf.tensor4d([1, -1], [1, 1, 2, 1])).data())]).toEqual([1, 2, -3, -4, 5, 6, -7, -8]);
    const integers = tf.add(tf.cast(x, 'int32'), tf.tensor1d([1, 2], 'int32'));
    expect(integers.dtype).toBe('int32');
    expect([...(await integers.data())]).toEqual([2, 4, 4, 6, 6, 8, 8, 10]);
  });

  it('gives a tensor that can be read, changed in shape and freed', async () => {
    const x = tf.tensor4d(image, [batch, height, width, channels]);
    const shift = tf.ones([batch, 1, 1, channels]);
    await expectNoLeak(async () => {
      const sum = tf.add(x, shift);
      const flat = tf.reshape(sum, [-1]);
      sum.dispose();
      expect((await flat.data())[0]).toBe(Math.fround((image[0] ?? NaN) + 1));
      flat.dispose();
    });
  });
});
