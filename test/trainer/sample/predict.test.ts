import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {equalRanges} from '../../../trainer/deme/timesteps.ts';
import type {Denoiser} from '../../../trainer/models/denoiser.ts';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {param} from '../../../trainer/nn/params.ts';
import {ensemblePredict, modelPredict, type Predict} from '../../../trainer/sample/predict.ts';
import {sample} from '../../../trainer/sample/sample.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {preparePlainly} from '../../helpers/models/plainTimesteps.ts';
import {referenceImages, referencePredict} from '../../helpers/models/referenceLoop.ts';

useCpuBackend();

/** Predicts x t / (t + 1) times its only parameter. */
const denoiser: Denoiser = {
  shapes: new Map([['scale', [1]]]),
  inChannels: 3,
  outChannels: 3,
  contextWidth: null,
  prepare: preparePlainly,
  predict(params, {noisy, time: timesteps}) {
    const [timestep = NaN, ...others] = timesteps.dataSync<'float32'>();
    expect(others).toEqual(new Array<number>(noisy.shape[0] - 1).fill(timestep));
    return tf.mul(referencePredict(noisy, timestep), param(params, 'scale'));
  },
};
const scaled = (scale: number) => modelPredict(new Predictor(denoiser, new Map([['scale', tf.tensor1d([scale])]])));

describe('ensemblePredict', () => {
  it('equals the single model when the experts are equal, for every number of steps', async () => {
    const schedule = createSchedule(SchedulerConfig.parse({}));
    const noise = tf.tidy(() => tf.slice(referenceImages(), 0, 1));
    const run = async (predict: Predict, steps: number) => {
      const stepNoise = () => tf.zerosLike(noise);
      return (await sample({predict, schedule, sampler: 'ddim', steps, eta: 0, noise, stepNoise})).data();
    };
    for (const steps of [1, 2, 3, 7, 10, 30, 50, 75, 84, 333]) {
      const alone = await run(scaled(1), steps);
      for (const count of [1, 3, 4, 7]) {
        const experts = Array.from({length: count}, () => scaled(1));
        expect(await run(ensemblePredict(experts, equalRanges(count, 1000)), steps)).toEqual(alone);
      }
    }
  });

  it('routes by the timestep', async () => {
    const predict = ensemblePredict([1, 10, 100].map(scaled), equalRanges(3, 1000));
    const ones = tf.ones<tf.Rank.R4>([2, 1, 1, 3]);
    for (const [timestep, scale] of [
      [1, 1],
      [332, 1],
      [333, 10],
      [665, 10],
      [666, 100],
      [999, 100],
    ] as const) {
      const [first] = await predict(ones, timestep).data();
      expect(first).toBeCloseTo((scale * timestep) / (timestep + 1), 4);
    }
  });

  it('refuses another number of experts than of ranges', () => {
    expect(() => ensemblePredict([scaled(1)], equalRanges(2, 1000))).toThrow('1 experts do not fit 2 ranges');
  });
});
