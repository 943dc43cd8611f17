import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {ddpmStep, ddpmVariance} from '../../../../trainer/sample/samplers/ddpm.ts';
import {addNoise, createSchedule, noiseLevels, type NoiseSchedule} from '../../../../trainer/schedulers/schedule.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {
  fromNchw,
  referenceImages,
  referencePredict,
  referenceShape,
  sumAbs,
} from '../../../helpers/models/referenceLoop.ts';
import {createTorchRandom} from '../../../../trainer/sample/torchRandom.ts';

useCpuBackend();

const schedule = (config: Record<string, unknown> = {}) => createSchedule(SchedulerConfig.parse(config));

/** Every timestep from `first` down to 0, with PyTorch's noise of seed 0. */
function loop(current: NoiseSchedule, start: tf.Tensor4D, first: number): tf.Tensor4D {
  const random = createTorchRandom(0);
  const [batch, height, width, channels] = referenceShape;
  let images = start;
  for (let timestep = first; timestep >= 0; timestep--) {
    images = tf.tidy(() => {
      const noise = timestep > 0 ? fromNchw(random.randn(768), [batch, channels, height, width]) : undefined;
      const prediction = referencePredict(images, timestep);
      return ddpmStep(current, {prediction, noisy: images, timestep, previous: timestep - 1, noise});
    });
  }
  return images;
}

describe('ddpmStep', () => {
  it.each([
    ['epsilon', 258.9606],
    ['v_prediction', 202.0296],
  ])('runs the 1000-step loop of diffusers (%s)', async (prediction_type, expected) => {
    const images = loop(schedule({prediction_type}), referenceImages(), 999);
    expect(Math.abs((await sumAbs(images)) - expected)).toBeLessThan(2e-3);
  });

  it('runs the loop of diffusers from a noised image', async () => {
    const current = schedule();
    const start = addNoise(noiseLevels(current, [1, 1, 1, 1]), referenceImages(), referenceImages('falling'));
    expect(Math.abs((await sumAbs(loop(current, start, 1))) - 387.9466)).toBeLessThan(1e-3);
  });

  it('is the posterior mean of x_0 and x_t when the noise is zero', async () => {
    const current = schedule({prediction_type: 'sample', variance_type: 'fixed_large'});
    const step = {
      prediction: tf.fill<tf.Rank.R4>([1, 1, 1, 1], 0.4),
      noisy: tf.fill<tf.Rank.R4>([1, 1, 1, 1], -0.7),
    };
    const noise = tf.zeros<tf.Rank.R4>([1, 1, 1, 1]);
    const [alphaBar, previousBar] = [current.alphasCumprod[500] as number, current.alphasCumprod[400] as number];
    const alpha = alphaBar / previousBar;
    const mean =
      (Math.sqrt(previousBar) * (1 - alpha) * 0.4 + Math.sqrt(alpha) * (1 - previousBar) * -0.7) / (1 - alphaBar);
    expectAllClose(await ddpmStep(current, {...step, timestep: 500, previous: 400, noise}).data(), [mean], 1e-6);
  });

  it('adds no noise at timestep 0 and needs it above', async () => {
    const image = tf.fill<tf.Rank.R4>([1, 1, 1, 1], 0.5);
    const step = {prediction: image, noisy: image, noise: tf.fill<tf.Rank.R4>([1, 1, 1, 1], 9)};
    const last = await ddpmStep(schedule({prediction_type: 'sample'}), {...step, timestep: 0, previous: -1}).data();
    expectAllClose(last, [0.5], 1e-7);
    expect(() => ddpmStep(schedule(), {...step, timestep: 9, previous: 8, noise: undefined})).toThrow('needs noise');
  });
});

describe('ddpmVariance', () => {
  it.each([
    ['fixed_small', 1, 5.45348e-5],
    ['fixed_small', 487, 0.00979],
    ['fixed_small', 500, 0.01005127],
    ['fixed_small', 999, 0.01999996],
    ['fixed_large', 1, 1.199245e-4],
    ['fixed_large', 500, 0.01005989],
    ['fixed_large', 999, 0.01999998],
  ])('%s at %i is %f', (variance_type, timestep, expected) => {
    const variance = ddpmVariance(schedule({variance_type}), timestep, timestep - 1);
    expect(Math.abs(variance - expected)).toBeLessThan(timestep === 487 ? 1e-5 : 6e-9);
  });

  it('is never zero for fixed_small', () => {
    expect(ddpmVariance(schedule(), 0, -1)).toBe(Math.fround(1e-20));
  });
});
