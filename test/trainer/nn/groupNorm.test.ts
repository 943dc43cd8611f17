import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {groupNormSilu, type GroupNormAffine, type GroupNormSettings} from '../../../trainer/nn/groupNorm.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

const [batch, height, width, channels, groups] = [2, 5, 3, 12, 4];

function normal(name: string, shape: number[]): Tensor {
  return tf.tensor(createRandom(7, name).fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1))), shape);
}

/** The definition, left to tfjs's own gradients: groups as an axis, mean and variance over everything else. */
function plain(x: Tensor4D, {gamma, beta, shift}: GroupNormAffine, settings: GroupNormSettings): Tensor4D {
  const perImage = (t: Tensor) => tf.reshape(t, [t.size / channels, 1, 1, channels]);
  const shifted = shift === undefined ? x : tf.add(x, perImage(shift));
  const split = tf.reshape(shifted, [batch, height * width, settings.groups, channels / settings.groups]);
  const mean = tf.mean(split, [1, 3], true);
  const variance = tf.mean(tf.square(tf.sub(split, mean)), [1, 3], true);
  const normed = tf.reshape(tf.div(tf.sub(split, mean), tf.sqrt(tf.add(variance, settings.eps))), x.shape);
  const z: Tensor4D = tf.add(tf.mul(normed, perImage(gamma)), perImage(beta));
  return settings.activate ? tf.mul(z, tf.sigmoid(z)) : z;
}

const variants = [
  {name: 'activated', activate: true, affine: [channels], shift: null},
  {name: 'not activated', activate: false, affine: [channels], shift: null},
  {name: 'with a shared shift', activate: true, affine: [channels], shift: [channels]},
  {name: 'with a shift per image', activate: true, affine: [channels], shift: [batch, channels]},
  {name: 'with scale and offset per image', activate: true, affine: [batch, channels], shift: [channels]},
];

describeOnEngines('groupNormSilu', () => {
  it.each(variants)('has the values and gradients of the definition: $name', async ({activate, affine, shift}) => {
    const inputs = [
      normal('x', [batch, height, width, channels]),
      normal('gamma', affine),
      normal('beta', affine),
      ...(shift ? [normal('shift', shift)] : []),
    ];
    const dy = normal('dy', [batch, height, width, channels]);
    const run = (norm: typeof groupNormSilu) =>
      tf.valueAndGrads((...[x, gamma, beta, shift]: Tensor[]) => {
        const y = norm(
          x as Tensor4D,
          {gamma: gamma as Tensor, beta: beta as Tensor, shift},
          {groups, eps: 1e-5, activate},
        );
        return tf.sum(tf.mul(y, dy));
      })(inputs);
    const [actual, expected] = [run(groupNormSilu), run(plain)];
    expectAllClose(await actual.value.data(), await expected.value.data(), 1e-4);
    expect(actual.grads.map((gradient) => gradient.shape)).toEqual(inputs.map((input) => input.shape));
    for (const [index, gradient] of actual.grads.entries()) {
      expectAllClose(await gradient.data(), await (expected.grads[index] as Tensor).data(), 2e-5);
    }
  });

  it('keeps its digits when the mean is far from zero', async () => {
    const x = normal('x', [batch, height, width, channels]) as Tensor4D;
    const affine = {gamma: tf.ones([channels]), beta: tf.zeros([channels])};
    const settings = {groups, eps: 1e-6, activate: false};
    const near = await tf.tidy(() => groupNormSilu(x, affine, settings)).data();
    // 4096 costs x itself 12 of its 24 bits; E[x²] - E[x]² would have none left.
    const far = await tf.tidy(() => groupNormSilu(tf.add(x, 4096), affine, settings)).data();
    expectAllClose(far, near, 2e-3);
  });

  it('leaves no tensors behind', async () => {
    const x = normal('x', [batch, height, width, channels]) as Tensor4D;
    const affine = {gamma: tf.ones([channels]), beta: tf.zeros([channels])};
    await expectNoLeak(() => {
      tf.tidy(
        () =>
          void tf.grad((given: Tensor) =>
            groupNormSilu(given as Tensor4D, affine, {groups, eps: 1e-6, activate: true}),
          )(x),
      );
    });
  });

  it('holds three tensors of the size of x beside it at most', async () => {
    const x = normal('x', [1, 32, 32, 64]) as Tensor4D;
    const affine = {gamma: tf.ones([64]), beta: tf.zeros([64]), shift: tf.ones([64])};
    const before = tf.memory().numBytes;
    const {peakBytes} = await tf.profile(() => groupNormSilu(x, affine, {groups: 8, eps: 1e-5, activate: true}));
    // x is counted twice, as the gradient would keep it.
    expect((peakBytes - before) / (4 * x.size)).toBeLessThan(4.5);
    tf.dispose([x, affine]);
  });
});
