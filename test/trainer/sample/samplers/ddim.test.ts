import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../../trainer/contract/model/schedulerConfig.ts';
import {ddimStep, ddimVariance} from '../../../../trainer/sample/samplers/ddim.ts';
import {addNoise, createSchedule, noiseLevels, type NoiseSchedule} from '../../../../trainer/schedulers/schedule.ts';
import {followingTimestep, inferenceTimesteps} from '../../../../trainer/schedulers/spacing.ts';
import {expectAllClose} from '../../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {referenceImages, referencePredict, sumAbs} from '../../../helpers/models/referenceLoop.ts';

useCpuBackend();

const schedule = (config: Record<string, unknown> = {}) =>
  createSchedule(SchedulerConfig.parse({_class_name: 'DDIMScheduler', ...config}));
const row = (values: number[]) => tf.tensor4d(values, [1, 1, values.length, 1]);
const noisy = [0.5, -1.2, 0.1, 2];
const prediction = [0.3, -0.7, 1.1, -0.2];

/** 10 deterministic steps from `start`, beginning with step `first`. */
function loop(current: NoiseSchedule, start: tf.Tensor4D, first = 0): tf.Tensor4D {
  const list = inferenceTimesteps(current, 10);
  return list.slice(first).reduce((noisy, timestep, i) => {
    const previous = followingTimestep(list, first + i);
    return ddimStep(current, {prediction: referencePredict(noisy, timestep), noisy, timestep, previous, eta: 0});
  }, start);
}

describe('ddimStep', () => {
  it.each([
    [980, 960, [0.3093364, -0.7093189, 1.0906024, -0.1906418]],
    [500, 480, [0.5194194, -0.9739764, 0.7385147, 0.1177308]],
    [20, 0, [0.4807303, -1.0069506, 0.0239762, 0.9979498]],
    [0, -1, [0.4970246, -1, 0.0890035, 1]],
  ])('computes the reference step from %i to %i', async (timestep, previous, expected) => {
    const step = {prediction: row(prediction), noisy: row(noisy), timestep, previous, eta: 0};
    expectAllClose(await ddimStep(schedule(), step).data(), expected, 1e-6);
  });

  it('adds sigma times noise and shortens the direction by it', async () => {
    const step = {prediction: row(prediction), noisy: row(noisy), timestep: 500, previous: 480, eta: 0.5};
    const noise = [1, -1, 0.5, 0];
    const values = await ddimStep(schedule({clip_sample: false}), {...step, noise: row(noise)}).data();
    const [alpha, alphaPrevious] = [schedule().alphasCumprod[500] as number, schedule().alphasCumprod[480] as number];
    const sigma = 0.5 * Math.sqrt(((1 - alphaPrevious) / (1 - alpha)) * (1 - alpha / alphaPrevious));
    const expected = noisy.map((x, i) => {
      const epsilon = prediction[i] as number;
      const original = (x - Math.sqrt(1 - alpha) * epsilon) / Math.sqrt(alpha);
      const direction = Math.sqrt(1 - alphaPrevious - sigma ** 2) * epsilon;
      return Math.sqrt(alphaPrevious) * original + direction + sigma * (noise[i] as number);
    });
    expectAllClose(values, expected, 2e-6);
    expect(() => ddimStep(schedule(), step)).toThrow('needs noise');
  });

  it.each([
    ['epsilon', {}, 172.0067],
    ['v-prediction', {prediction_type: 'v_prediction'}, 52.5302],
    ['beta from 0.01, last alpha 1', {beta_start: 0.01, set_alpha_to_one: true}, 149.8295],
    ['beta from 0.01, last alpha of timestep 0', {beta_start: 0.01, set_alpha_to_one: false}, 149.0784],
  ])('runs the 10-step loop of diffusers (%s)', async (_, config, expected) => {
    expect(Math.abs((await sumAbs(loop(schedule(config), referenceImages()))) - expected)).toBeLessThan(1e-4);
  });

  it('runs the loop of diffusers from a noised image', async () => {
    const current = schedule();
    const timestep = inferenceTimesteps(current, 10)[8] as number;
    const levels = noiseLevels(current, new Array<number>(4).fill(timestep));
    const start = addNoise(levels, referenceImages(), referenceImages('falling'));
    expect(Math.abs((await sumAbs(loop(current, start, 8))) - 354.5418)).toBeLessThan(1e-3);
  });
});

describe('ddimVariance', () => {
  it.each([
    [420, 400, 0.14771],
    [980, 960, 0.3246],
    [487, 486, 0.00979],
    [999, 998, 0.02],
    [0, 0, 0],
    [0, -1, 0],
  ])('from %i to %i is %f', (timestep, previous, expected) => {
    expect(Math.abs(ddimVariance(schedule(), timestep, previous) - expected)).toBeLessThan(1e-5);
  });
});
