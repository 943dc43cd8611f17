import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {
  addNoise,
  createSchedule,
  epsilonFromPrediction,
  noiseLevel,
  noiseLevels,
  originalFromPrediction,
  trainingTarget,
} from '../../../trainer/schedulers/schedule.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {referenceImages} from '../../helpers/models/referenceLoop.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

useCpuBackend();

const schedule = (config: Record<string, unknown> = {}) => createSchedule(SchedulerConfig.parse(config));
const stableDiffusion = {beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012};

describe('createSchedule', () => {
  // The tolerance is half a unit of the last digit that the reference prints.
  it.each([
    ['linear', {}, 5.1e-9, {0: 0.99989998, 1: 0.99978006, 249: 0.5240854, 250: 0.52142304, 499: 0.07858724}],
    ['linear', {}, 5.1e-9, {500: 0.07779666, 749: 0.00335055, 750: 0.00330016}],
    ['linear', {}, 5.1e-13, {980: 5.9037531e-5, 999: 4.0358307e-5}],
    ['scaled_linear', stableDiffusion, 5.1e-8, {250: 0.6737923, 500: 0.2763325, 981: 0.0057755, 999: 0.0046601}],
    ['scaled_linear', stableDiffusion, 5.1e-9, {0: 0.99914998, 750: 0.05616981}],
  ])('has the products of alpha that PyTorch computes (%s)', (_, config, tolerance, expected) => {
    const {alphasCumprod} = schedule(config);
    for (const [timestep, alpha] of Object.entries<number>(expected)) {
      expect(Math.abs((alphasCumprod[Number(timestep)] as number) - alpha)).toBeLessThan(tolerance);
    }
  });

  it('runs from beta_start to beta_end', () => {
    const {betas, timesteps} = schedule();
    expect(timesteps).toBe(1000);
    expect(betas[0]).toBe(Math.fround(1e-4));
    expect(betas[999]).toBe(Math.fround(0.02));
    expect(schedule({num_train_timesteps: 1}).betas[0]).toBe(Math.fround(1e-4));
  });

  it('takes trained betas as they are', () => {
    const {alphasCumprod} = schedule({num_train_timesteps: 3, trained_betas: [0.1, 0.2, 0.5], beta_schedule: 'none'});
    expectAllClose(alphasCumprod, [0.9, 0.72, 0.36], 1e-7);
    expect(() => schedule({trained_betas: [0.1, 0.2]})).toThrow('trained_betas has 2 values');
  });

  it.each([
    ['beta_schedule', 'sigmoid'],
    ['prediction_type', 'flow_prediction'],
    ['variance_type', 'learned_range'],
    ['timestep_spacing', 'quadratic'],
    ['thresholding', 'often'],
    ['steps_offset', 0.5],
    ['_class_name', 'FlowMatchEulerDiscreteScheduler'],
  ])('refuses %s %j by name', (key, value) => {
    const build = () => createSchedule(SchedulerConfig.parse({[key]: value}), 'scheduler_config.json');
    expect(build).toThrow(UserError);
    expect(build).toThrow(`${key} ${JSON.stringify(value)} is not supported`);
  });

  it('refuses betas outside (0, 1)', () => {
    expect(() => schedule({beta_end: 2})).toThrow(UserError);
    expect(() => schedule({beta_start: -0.1})).toThrow(UserError);
  });
});

describe('addNoise', () => {
  it('mixes each image with noise by its own timestep', async () => {
    const images = tf.fill<tf.Rank.R4>([3, 1, 2, 1], 0.5);
    const noise = tf.fill<tf.Rank.R4>([3, 1, 2, 1], -2);
    const noisy = addNoise(noiseLevels(schedule(), [0, 499, 999]), images, noise);
    const expected = [0.9998999834, 0.0785872489, 4.03583072e-5].map((a) => 0.5 * Math.sqrt(a) - 2 * Math.sqrt(1 - a));
    expectAllClose(
      await noisy.data(),
      expected.flatMap((value) => [value, value]),
      5e-7,
    );
  });

  it('leaves no tensors behind but the noisy images', async () => {
    const [images, noise, levels] = [
      referenceImages(),
      referenceImages('falling'),
      noiseLevels(schedule(), [0, 1, 2, 3]),
    ];
    await expectNoLeak(() => addNoise(levels, images, noise).dispose());
  });
});

describe('noiseLevels', () => {
  it('are the shares of image and noise, whose squares add up to one', async () => {
    const {signal, sigma} = noiseLevels(schedule(), [0, 499, 999]);
    const alphas = [0.9998999834, 0.0785872489, 4.03583072e-5];
    expect([signal.shape, sigma.shape]).toEqual([
      [3, 1, 1, 1],
      [3, 1, 1, 1],
    ]);
    expectAllClose(await tf.square(signal).data(), alphas, 1e-7);
    expectAllClose(
      await tf.square(sigma).data(),
      alphas.map((alpha) => 1 - alpha),
      1e-7,
    );
  });

  it.each([-1, 1000, 999.5])('refuse the timestep %d, which the schedule lacks', (timestep) => {
    expect(() => noiseLevels(schedule(), [0, timestep])).toThrow(RangeError);
  });
});

describe.each(['epsilon', 'v_prediction', 'sample'])('prediction type %s', (prediction_type) => {
  it('gives image and noise back from a perfect prediction', async () => {
    const current = schedule({prediction_type});
    const [images, noise] = [referenceImages(), referenceImages('falling')];
    for (const timestep of [0, 1, 250, 500]) {
      const levels = noiseLevels(current, [timestep, timestep, timestep, timestep]);
      const noisy = addNoise(levels, images, noise);
      const target = trainingTarget(current, levels, images, noise);
      const level = noiseLevel(current, timestep);
      const original = originalFromPrediction(current, target, noisy, level);
      const epsilon = epsilonFromPrediction(current, target, noisy, level);
      expectAllClose(await original.data(), await images.data(), 1e-6);
      expectAllClose(await epsilon.data(), await noise.data(), timestep < 2 ? 2e-5 : 1e-6);
    }
  });
});

describe('trainingTarget', () => {
  it('is sqrt(ᾱ) ε - sqrt(1 - ᾱ) x_0 for v', async () => {
    const images = tf.tensor4d([0.5, -1], [2, 1, 1, 1]);
    const noise = tf.tensor4d([2, 0.25], [2, 1, 1, 1]);
    const current = schedule({prediction_type: 'v_prediction'});
    const target = trainingTarget(current, noiseLevels(current, [499, 0]), images, noise);
    const v = (a: number, e: number, x: number) => Math.sqrt(a) * e - Math.sqrt(1 - a) * x;
    expectAllClose(await target.data(), [v(0.0785872489, 2, 0.5), v(0.9998999834, 0.25, -1)], 1e-6);
  });

  it('stays usable when the noise is freed', async () => {
    const noise = tf.tensor4d([3], [1, 1, 1, 1]);
    const target = trainingTarget(schedule(), noiseLevels(schedule(), [5]), noise, noise);
    noise.dispose();
    expect([...(await target.data())]).toEqual([3]);
  });
});
