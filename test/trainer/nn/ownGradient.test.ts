import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../trainer/engine/startEngine.ts';
import {wasmBytes} from '../../../trainer/engine/wasm/wasmMemory.ts';
import {ownGradient} from '../../../trainer/nn/ownGradient.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const size = 1000;
const bytes = 4 * size;

/** a * b², whose gradient says what memory is in use at its beginning. */
function productOfSquare(a: tf.Tensor1D, b: tf.Tensor1D, seen: number[]): tf.Tensor1D {
  return ownGradient(
    [a, b],
    (a, b) => ({value: tf.mul<tf.Tensor1D>(a, tf.square(b)), saved: [a, b]}),
    (dy, [a, b]: [tf.Tensor1D, tf.Tensor1D]) => {
      seen.push(wasmBytes());
      return [tf.mul(dy, tf.square(b)), tf.mul(dy, tf.mul(2, tf.mul(a, b)))];
    },
  );
}

describe('an operation with its own gradient', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('has the value and the gradients that it says, also for an input without influence on the loss', async () => {
    const [a, b] = [tf.tensor1d([3, 5]), tf.tensor1d([2, -1])];
    const {value, grads} = tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(productOfSquare(a as tf.Tensor1D, b as tf.Tensor1D, [])),
    )([a, b]);
    expect([...(await value.data())]).toEqual([17]);
    expect([...(await (grads[0] as tf.Tensor).data())]).toEqual([4, 1]);
    expect([...(await (grads[1] as tf.Tensor).data())]).toEqual([12, -10]);
    const byFirst = tf.grad((a: tf.Tensor) => productOfSquare(a as tf.Tensor1D, b, []))(a);
    expect([...(await byFirst.data())]).toEqual([4, 1]);
  });

  it('frees on the way back what it computed and what it had saved', () => {
    const [x, one] = [tf.fill([size], 0.5), tf.ones([size])] as [tf.Tensor1D, tf.Tensor1D];
    const seen: number[] = [];
    // Each link saves the result of the one before it, which nothing else holds.
    const chain = (x: tf.Tensor) => {
      let y = x as tf.Tensor1D;
      for (let i = 0; i < 10; i++) y = tf.tidy(() => productOfSquare(y, one, seen));
      return tf.sum(y);
    };
    tf.dispose(tf.grad(chain)(x));
    const changes = seen.slice(1).map((used, i) => used - (seen[i] ?? NaN));
    expect(seen).toHaveLength(10);
    // Two gradients have come, the saved result is gone; tfjs adds them to what it keeps.
    for (const change of changes) expect(change).toBeLessThanOrEqual(bytes);
  });

  it('leaves nothing behind', async () => {
    const [a, b] = [tf.ones<tf.Rank.R1>([size]), tf.ones<tf.Rank.R1>([size])];
    await expectNoLeak(() => {
      tf.dispose(
        tf.grads((a: tf.Tensor, b: tf.Tensor) => productOfSquare(a as tf.Tensor1D, b as tf.Tensor1D, []))([a, b]),
      );
      productOfSquare(a, b, []).dispose();
    });
  });
});
