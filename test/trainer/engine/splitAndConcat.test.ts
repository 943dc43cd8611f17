import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const shape: [number, number, number, number] = [2, 3, 4, 70];
/** Each element says where it is. */
const places = (of: number[], offset = 0) => tf.add(tf.reshape(tf.range(0, tf.util.sizeFromShape(of)), of), offset);

/** Row-major elements of [a, b, c, d] whose index on `axis` is in [from, to). */
function part(values: ArrayLike<number>, axis: number, from: number, to: number): number[] {
  const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  return Array.from(values).filter((_, index) => {
    const at = Math.floor(index / stride) % (shape[axis] ?? 1);
    return at >= from && at < to;
  });
}

describe('splits and concatenations of wasm', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it.each([
    [0, [1, 1]],
    [1, [1, 2]],
    [2, [3, 1]],
    [3, [5, 65]],
    [-1, [69, 1]],
  ])('take a tensor apart along axis %i and put it together again', async (axis, sizes) => {
    const whole = places(shape);
    const values = await whole.data();
    const parts = tf.split(whole, sizes, axis);
    let from = 0;
    for (const [i, size] of sizes.entries()) {
      expect([...(await (parts[i] as tf.Tensor).data())]).toEqual(
        part(values, axis < 0 ? axis + 4 : axis, from, from + size),
      );
      from += size;
    }
    expect([...(await tf.concat(parts, axis).data())]).toEqual([...values]);
  });

  it('take a flat vector apart at any place', async () => {
    const parts = tf.split(places([100]), [1, 0, 98, 1]);
    expect(await Promise.all(parts.map(async (piece) => (await piece.data()).length))).toEqual([1, 0, 98, 1]);
    expect([...(await (parts[3] as tf.Tensor).data())]).toEqual([99]);
  });

  it('join booleans and integers, and leave nothing behind', async () => {
    const flags = tf.concat([tf.tensor1d([true, false]), tf.tensor1d([true])].map((tensor) => tensor as tf.Tensor));
    expect([...(await flags.data())]).toEqual([1, 0, 1]);
    const whole = tf.keep(places(shape));
    await expectNoLeak(() => tf.dispose(tf.split(whole, 2, 3)));
  });
});
