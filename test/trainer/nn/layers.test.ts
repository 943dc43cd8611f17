import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';
import {it} from 'vitest';
import {addSame, concatChannels, conv2d} from '../../../trainer/nn/layers.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';

function normal(name: string, shape: number[]): Tensor {
  return tf.tensor(createRandom(7, name).fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1))), shape);
}

/** Sum of squares of f's result and its gradients, of two functions that should be the same. */
async function expectSameGradients(
  f: (...inputs: Tensor[]) => Tensor,
  g: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
): Promise<void> {
  const [actual, expected] = [f, g].map((h) =>
    tf.valueAndGrads((...given: Tensor[]) => tf.sum(tf.square(h(...given))))(inputs),
  );
  const numbers = async (result: typeof actual) =>
    (await Promise.all((result?.grads ?? []).map((t) => t.data()))).flatMap((values) => [...values]);
  expectAllClose(await numbers(actual), await numbers(expected), 2e-3);
  expectAllClose(await (actual?.value as Tensor).data(), await (expected?.value as Tensor).data(), 1e-2);
}

describeOnEngines('layers', () => {
  it.each([
    [1, 'same', 3],
    [2, 'same', 3],
    [2, 'valid', 3],
    [1, 'same', 1],
  ] as const)('conv2d is a convolution plus a bias: stride %s, %s, kernel %s', async (stride, pad, size) => {
    const inputs = [normal('x', [2, 8, 6, 3]), normal('kernel', [size, size, 3, 5]), normal('bias', [5])];
    await expectSameGradients(
      (x, kernel, bias) => conv2d(x as Tensor4D, kernel as Tensor4D, bias as Tensor1D, stride, pad),
      (x, kernel, bias) => tf.add(tf.conv2d(x as Tensor4D, kernel as Tensor4D, stride, pad), bias),
      inputs,
    );
  });

  it('addSame and concatChannels pass gradients on, also of one tensor used twice', async () => {
    const inputs = [normal('a', [2, 4, 4, 3]), normal('b', [2, 4, 4, 3]), normal('c', [2, 4, 4, 2])];
    await expectSameGradients(
      (a, b, c) => concatChannels(addSame(addSame(a, b), a) as Tensor4D, addSame(c, c) as Tensor4D),
      (a, b, c) => tf.concat([tf.add(tf.add(a, b), a), tf.add(c, c)], 3),
      inputs,
    );
  });
});
