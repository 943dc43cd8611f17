import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D} from '@tensorflow/tfjs-core';
import {it} from 'vitest';
import {layerNorm} from '../../../trainer/nn/layerNorm.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

function normal(name: string, shape: number[]): Tensor {
  return tf.tensor(createRandom(7, name).fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1))), shape);
}

/** The definition, left to tfjs's own gradients. */
function plain(x: Tensor, gamma: Tensor, beta: Tensor, eps: number): Tensor {
  const {mean, variance} = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, eps))), gamma), beta);
}

describeOnEngines('layerNorm', () => {
  it('has the values and gradients of PyTorch', async () => {
    const inputs = [
      tf.tensor2d([0.5, -1.25, 3, 0.125, 100, 101.5, 99, 100.25], [2, 4]),
      tf.tensor1d([1, 0.5, -2, 1.5]),
      tf.tensor1d([0.1, -0.2, 0.3, 0]),
    ];
    const dy = tf.tensor2d([1, -2, 0.5, 0.25, 0.75, 1, -1, 2], [2, 4]);
    const norm = (x: Tensor, gamma: Tensor, beta: Tensor) => layerNorm(x, gamma as Tensor1D, beta as Tensor1D, 1e-5);
    const {value, grads} = tf.valueAndGrads((...given: Tensor[]) =>
      tf.sum(tf.mul(norm(...(given as [Tensor, Tensor, Tensor])), dy)),
    )(inputs);
    const y = norm(...(inputs as [Tensor, Tensor, Tensor]));
    expectAllClose(
      await y.data(),
      [0.03890274, -0.8007897, -2.836326, -0.4582294, -0.1105575, 0.5369514, 2.967062, 0.1052788],
      2e-5,
    );
    expectAllClose(await value.data(), await tf.sum(tf.mul(y, dy)).data(), 1e-5);
    const expected = [
      [0.7481352, -0.6560285, -0.4113364, 0.3192297, -1.023399, -0.4162827, -0.211586, 1.651268],
      [-0.2190171, 3.877059, 2.117615, 0.06399546],
      [1.75, -1, -0.5, 2.25],
    ];
    for (const [i, gradient] of grads.entries()) expectAllClose(await gradient.data(), expected[i] ?? [], 3e-5);
  });

  it.each([[[6, 32]], [[2, 5, 20]]])('has the gradients of the definition: %j', async (shape) => {
    const width = shape.at(-1) ?? 0;
    const [inputs, dy] = [[normal('x', shape), normal('gamma', [width]), normal('beta', [width])], normal('dy', shape)];
    const run = (norm: (x: Tensor, gamma: Tensor1D, beta: Tensor1D, eps: number) => Tensor) =>
      tf.grads((x: Tensor, gamma: Tensor, beta: Tensor) =>
        tf.sum(tf.mul(norm(x, gamma as Tensor1D, beta as Tensor1D, 1e-5), dy)),
      )(inputs);
    const [actual, expected] = [run(layerNorm), run(plain)];
    for (const [i, gradient] of actual.entries())
      expectAllClose(await gradient.data(), (await expected[i]?.data()) ?? [], 2e-5);
  });

  it('leaves no tensors behind', async () => {
    const x = normal('x', [4, 8]);
    const [gamma, beta] = [tf.ones<tf.Rank.R1>([8]), tf.zeros<tf.Rank.R1>([8])];
    await expectNoLeak(() => tf.tidy(() => void tf.grad((x: Tensor) => layerNorm(x, gamma, beta, 1e-5))(x)));
  });
});
