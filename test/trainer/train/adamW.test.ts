import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {OptimizerConfig} from '../../../trainer/contract/config/training.ts';
import {adamWFactors, updateAdamW, type AdamWFactors, type Moments} from '../../../trainer/train/adamW.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

useCpuBackend();

/** Weights after each update by the formulas of torch.optim.AdamW, in double: lr 0.1, betas 0.9 and 0.99, decay 0.2, eps 1e-3. */
const start = [1, -0.5, 0.25, 2];
const gradients = [
  [0.5, -2, 1e-3, 0],
  [-0.25, -1, 3e-3, 0],
  [1.5, 4, -2e-3, 0],
  [0.1, 0.5, 1e-3, 0],
  [-0.7, -3, 0, 0],
];
const expected = [
  [0.8801996, -0.39005, 0.195, 1.96],
  [0.8359931, -0.2889633, 0.1277581, 1.9208],
  [0.752531, -0.3037587, 0.1075844, 1.882384],
  [0.6791853, -0.3207759, 0.0820598, 1.8447363],
  [0.6422208, -0.3009717, 0.0614013, 1.8078416],
];
const expectedFirst = [0.07508, -0.13512, 0.00021231, 0];
const expectedSecond = [0.0300591769, 0.29741783, 1.4603687e-7, 0];

type Factors = (config: OptimizerConfig, learningRate: number, update: number) => AdamWFactors;

function run(
  config: OptimizerConfig,
  from: number[],
  steps: number[][],
  learningRate: number,
  factors: Factors = adamWFactors,
) {
  let weights = tf.tensor1d(from);
  let moments = zeroMoments(from.length);
  const trace: Float32Array[] = [];
  for (const [k, gradient] of steps.entries()) {
    const given = factors(config, learningRate, k + 1);
    ({weights, moments} = updateAdamW(weights, tf.tensor1d(gradient), moments, config, given));
    trace.push(weights.dataSync<'float32'>());
  }
  return {trace, moments};
}

function zeroMoments(size: number): Moments {
  return {first: tf.zeros([size]), second: tf.zeros([size])};
}

/** The factors as tensors, in which form a recorded update takes them. */
const scalarFactors: Factors = (...settings) => {
  const {rate, epsilon, retained} = adamWFactors(...settings);
  return {rate: tf.scalar(rate), epsilon: tf.scalar(epsilon), retained: tf.scalar(retained)};
};

describe('AdamW', () => {
  it.each([
    ['numbers', adamWFactors],
    ['scalars', scalarFactors],
  ] as const)('takes the steps of PyTorch, weight decay included, with factors as %s', (_, factors) => {
    const config = OptimizerConfig.parse({betas: [0.9, 0.99], weightDecay: 0.2, epsilon: 1e-3});
    const {trace, moments} = run(config, start, gradients, 0.1, factors);
    trace.forEach((weights, k) => expectAllClose(weights, expected[k] ?? [], 5e-7));
    expectAllClose(moments.first.dataSync(), expectedFirst, 1e-7);
    expectAllClose(moments.second.dataSync(), expectedSecond, 1e-7);
  });

  it('moves by the learning rate a step under a constant gradient, whatever its size', () => {
    const config = OptimizerConfig.parse({weightDecay: 0});
    const constant = [1e-3, -7, 400, 1];
    const {trace} = run(config, [0, 0, 0, 0], Array<number[]>(4).fill(constant), 0.01);
    expectAllClose(trace[3] ?? [], [-0.04, 0.04, -0.04, -0.04], 2e-6);
  });

  it('adds epsilon to the bias-corrected root, not inside it and not before the correction', () => {
    const config = OptimizerConfig.parse({weightDecay: 0, epsilon: 0.5});
    const {trace} = run(config, [0], [[2]], 1);
    expectAllClose(trace[0] ?? [], [-2 / (2 + 0.5)], 1e-6);
  });

  it('decays weights that have no gradient, by learning rate times decay', () => {
    const config = OptimizerConfig.parse({weightDecay: 0.5});
    const {trace} = run(config, [8], [[0], [0]], 0.1);
    expectAllClose(trace[1] ?? [], [8 * 0.95 ** 2], 1e-6);
  });

  it('leaves its inputs alive and frees what it needs on the way', async () => {
    const config = OptimizerConfig.parse({});
    await expectNoLeak(() => {
      const [weights, gradient, before] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4]), zeroMoments(2)];
      const after = updateAdamW(weights, gradient, before, config, adamWFactors(config, 0.1, 1));
      const inputs = [weights, gradient, before.first, before.second];
      expect(inputs.map((tensor) => tensor.isDisposed)).toEqual([false, false, false, false]);
      tf.dispose([...inputs, after.weights, after.moments.first, after.moments.second]);
    });
  });
});
