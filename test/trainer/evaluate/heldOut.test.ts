import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {equalRanges} from '../../../trainer/deme/timesteps.ts';
import {heldOutDraws, heldOutLosses, type HeldOutRequest} from '../../../trainer/evaluate/heldOut.ts';
import {lossesOfRange} from '../../../trainer/evaluate/lossTable.ts';
import type {Denoiser} from '../../../trainer/models/denoiser.ts';
import {param, type Params} from '../../../trainer/nn/params.ts';
import {createRandom} from '../../../trainer/random.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {preparePlainly, perImage} from '../../helpers/models/plainTimesteps.ts';

const schedule = createSchedule(SchedulerConfig.parse({num_train_timesteps: 100}));
const shape = [2, 3, 1] as const;
const PIXELS = 6;

/** Predicts a constant, the one parameter, or t/100 times it where `byTimestep`. */
function constantDenoiser(byTimestep = false): Denoiser {
  return {
    shapes: new Map([['constant', []]]),
    inChannels: 1,
    outChannels: 1,
    contextWidth: null,
    prepare: preparePlainly,
    predict: (params, {noisy, time: timesteps}) => {
      const factors = byTimestep ? tf.div<tf.Tensor2D>(timesteps, 100) : tf.onesLike(timesteps);
      const constant = tf.mul(tf.onesLike(noisy), param<tf.Scalar>(params, 'constant'));
      return tf.mul(constant, perImage(factors));
    },
  };
}

function constant(value: number): Params {
  return new Map([['constant', tf.scalar(value)]]);
}

const draws = heldOutDraws({imageCount: 3, timestepsPerRange: 2, ranges: equalRanges(4, 100), seed: 7});

function request(change: Partial<HeldOutRequest> = {}): HeldOutRequest {
  const images = createRandom(1, 'images').fillNormal(new Float32Array(3 * PIXELS));
  return {denoiser: constantDenoiser(), params: constant(0), schedule, draws, images, shape, batch: 5, ...change};
}

useCpuBackend();

describe('heldOutDraws', () => {
  it('puts one timestep of every image in each stratum of each range', () => {
    const {timesteps} = heldOutDraws({
      imageCount: 5,
      timestepsPerRange: 4,
      ranges: [
        [0, 40],
        [40, 1000],
      ],
      seed: 1,
    });
    expect(timesteps).toHaveLength(2 * 5 * 4);
    timesteps.forEach((t, i) => {
      const [low, width] = i < 20 ? [0, 10] : [40, 240];
      expect(Math.floor((t - low) / width)).toBe(i % 4);
    });
  });

  it('draws every timestep of a range equally often', () => {
    // 10 timesteps in 3 strata: the strata share timesteps, and yet none is favoured.
    const {timesteps} = heldOutDraws({imageCount: 20_000, timestepsPerRange: 3, ranges: [[5, 15]], seed: 2});
    const counts = new Array<number>(20).fill(0);
    for (const t of timesteps) counts[t] = (counts[t] ?? 0) + 1;
    expect(counts.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(counts.slice(15)).toEqual([0, 0, 0, 0, 0]);
    for (const count of counts.slice(5, 15)) expect(Math.abs(count - 6000)).toBeLessThan(5 * Math.sqrt(6000));
  });

  it('is a function of its settings, and each image has draws of its own', () => {
    const settings = {imageCount: 3, timestepsPerRange: 2, ranges: equalRanges(4, 100), seed: 7};
    expect(heldOutDraws(settings)).toEqual(draws);
    expect(heldOutDraws({...settings, seed: 8}).timesteps).not.toEqual(draws.timesteps);
    expect(draws.timesteps.slice(18, 20)).not.toEqual(draws.timesteps.slice(20, 22));
  });

  it('refuses a single image, which has no standard error', () => {
    expect(() => heldOutDraws({imageCount: 1, timestepsPerRange: 2, ranges: [[0, 10]], seed: 0})).toThrow('at least 2');
  });
});

describe('heldOutLosses', () => {
  it('is the mean squared error against the noise: predicting zero gives the mean square of the noise', async () => {
    const table = await heldOutLosses(request());
    const expected = [...table.values].map((_, i) => {
      const [range, image, k] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
      const noise = createRandom(7, 'heldout', 'noise', image, range, k).fillNormal(new Float32Array(PIXELS));
      return noise.reduce((sum, value) => sum + value ** 2, 0) / PIXELS;
    });
    expectAllClose(table.values, expected, 1e-6);
  });

  it('sees the noisy image at its timestep: predicting what was mixed in gives no loss', async () => {
    // With images of zero the noisy image is sqrt(1 - alphaBar) times the noise.
    const oracle: Denoiser = {
      ...constantDenoiser(),
      prepare: (timesteps) => preparePlainly(timesteps.map((t) => Math.sqrt(1 - (schedule.alphasCumprod[t] ?? NaN)))),
      predict: (_, {noisy, time: roots}) => tf.div(noisy, perImage(roots)),
    };
    const {values} = await heldOutLosses(request({denoiser: oracle, images: new Float32Array(3 * PIXELS)}));
    expect(Math.max(...values)).toBeLessThan(1e-10);
  });

  it('does not depend on the batch size, though every pass has the full batch', async () => {
    const sizes = new Set<number>();
    const denoiser = constantDenoiser(true);
    const counting: Denoiser = {
      ...denoiser,
      predict: (params, inputs) => {
        sizes.add(inputs.noisy.shape[0]);
        return denoiser.predict(params, inputs);
      },
    };
    const params = constant(0.5);
    const five = await heldOutLosses(request({denoiser: counting, params, batch: 5}));
    expect([...sizes]).toEqual([5]);
    expect(await heldOutLosses(request({denoiser, params, batch: 24}))).toEqual(five);
    expect(await heldOutLosses(request({denoiser, params, batch: 100}))).toEqual(five);
  });

  it('measures only the wanted ranges and says how far it is', async () => {
    const all = await heldOutLosses(request());
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number) => progress.push([done, total]);
    const some = await heldOutLosses(request({onlyRanges: [1, 3], onProgress}));
    expect(progress).toEqual([
      [5, 12],
      [10, 12],
      [12, 12],
    ]);
    for (const range of [1, 3]) expect(lossesOfRange(some, range)).toEqual(lossesOfRange(all, range));
    for (const range of [0, 2]) expect(lossesOfRange(some, range).every(Number.isNaN)).toBe(true);
  });

  it('leaves no tensors behind', async () => {
    const setting = request();
    const before = tf.memory().numTensors;
    await heldOutLosses(setting);
    expect(tf.memory().numTensors).toBe(before);
  });
});
