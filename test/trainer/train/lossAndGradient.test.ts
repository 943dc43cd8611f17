import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {LossWeighting} from '../../../trainer/contract/config/lossWeighting.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {flatLayout} from '../../../trainer/nn/flatParams.ts';
import {param, type Params} from '../../../trainer/nn/params.ts';
import type {Denoiser} from '../../../trainer/models/denoiser.ts';
import {createRandom} from '../../../trainer/random.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {lossAndGradient, type LossSetting} from '../../../trainer/train/lossAndGradient.ts';
import {prepareBatch, type MicroBatch} from '../../../trainer/train/microBatch.ts';
import {TrainProgram} from '../../../trainer/train/trainProgram.ts';
import {initialState} from '../../../trainer/train/trainState.ts';
import {joined} from '../../helpers/models/joined.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {preparePlainly} from '../../helpers/models/plainTimesteps.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';
import {tinyModel} from './tasks/tinyModel.ts';

const shape: [number, number, number, number] = [3, 4, 4, 1];
const size = 48;
const schedule = createSchedule(SchedulerConfig.parse({}));

function normals(seed: number): Float32Array {
  return createRandom(seed, 'values').fillNormal(new Float32Array(size));
}

/** Predicts what the parameters hold, times `gain` where there is one, whatever the image. */
const constant: Denoiser = {
  shapes: new Map(),
  inChannels: 1,
  outChannels: 1,
  contextWidth: null,
  prepare: preparePlainly,
  predict: (params) => tf.mul(param<tf.Tensor4D>(params, 'output'), params.get('gain') ?? 1),
};

function predicting(values: Float32Array): Params {
  return new Map([['output', tf.tensor4d(values, shape)]]);
}

function microBatch(seed: number, timesteps: readonly number[] = [3, 400, 999]): MicroBatch {
  return {
    images: tf.tensor4d(normals(seed).map(Math.tanh), shape),
    noise: tf.tensor4d(normals(seed + 1), shape),
    timesteps,
  };
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

describeOnEngines('loss of an expert', () => {
  const [student, teacher, noise] = [normals(10), normals(20), normals(2)];
  const batch = (setting: LossSetting) => prepareBatch(setting, microBatch(1));

  it('has the gradient 2(2s - noise - e) / size', async () => {
    const setting = {denoiser: constant, schedule, teacher: predicting(teacher), consistency: 1};
    const {gradient} = lossAndGradient(setting, predicting(student), batch(setting));
    const expected = student.map((s, i) => (2 * (2 * s - (noise[i] ?? NaN) - (teacher[i] ?? NaN))) / size);
    expectAllClose(await joined(gradient).data(), expected, 1e-6);
  });

  it('equals twice the error against the midpoint plus half the distance of noise and teacher', async () => {
    const setting = {denoiser: constant, schedule, teacher: predicting(teacher), consistency: 1};
    const {denoise, consistency} = lossAndGradient(setting, predicting(student), batch(setting)).losses;
    const loss = mean(await denoise.data()) + mean(await consistency.data());
    const [toMidpoint, apart] = [
      mean(student.map((s, i) => (s - ((noise[i] ?? NaN) + (teacher[i] ?? NaN)) / 2) ** 2)),
      mean(noise.map((eps, i) => (eps - (teacher[i] ?? NaN)) ** 2)),
    ];
    expect(loss).toBeCloseTo(2 * toMidpoint + apart / 2, 5);
  });

  it('keeps both losses of each image apart, unweighted', async () => {
    const setting = {denoiser: constant, schedule, teacher: predicting(teacher), consistency: 0.25};
    const {denoise, consistency} = lossAndGradient(setting, predicting(student), batch(setting)).losses;
    const perImage = (other: Float32Array) =>
      [0, 1, 2].map((image) =>
        mean(student.map((s, i) => (s - (other[i] ?? NaN)) ** 2).subarray(image * 16, image * 16 + 16)),
      );
    expectAllClose(await denoise.data(), perImage(noise), 1e-5);
    expectAllClose(await consistency.data(), perImage(teacher), 1e-5);
  });

  it('weighs the consistency in the gradient', async () => {
    const setting = {denoiser: constant, schedule, teacher: predicting(teacher), consistency: 0.25};
    const {gradient} = lossAndGradient(setting, predicting(student), batch(setting));
    const expected = student.map((s, i) => (2 * (s - (noise[i] ?? NaN)) + 0.5 * (s - (teacher[i] ?? NaN))) / size);
    expectAllClose(await joined(gradient).data(), expected, 1e-6);
  });

  it('multiplies the denoising loss of each image by the weight of its noise level, but not the losses that are logged', async () => {
    const weighting = LossWeighting.parse({kind: 'min-snr'});
    const setting = {denoiser: constant, schedule, teacher: predicting(teacher), consistency: 0.25, weighting};
    const {gradient, losses} = lossAndGradient(setting, predicting(student), batch(setting));
    // min(SNR, 5) / SNR at the timesteps 3, 400 and 999 of the linear schedule, from NumPy in float64.
    const weights = [0.00259844622, 1, 1];
    const expected = student.map((s, i) => {
      const toNoise = (weights[Math.floor(i / 16)] ?? NaN) * (s - (noise[i] ?? NaN));
      return (2 * toNoise + 0.5 * (s - (teacher[i] ?? NaN))) / size;
    });
    expectAllClose(await joined(gradient).data(), expected, 1e-6);
    const plain = {...setting, weighting: undefined};
    const unweighted = lossAndGradient(plain, predicting(student), batch(plain)).losses;
    expect(await losses.denoise.data()).toEqual(await unweighted.denoise.data());
    expect(await losses.consistency.data()).toEqual(await unweighted.consistency.data());
  });

  it('without a teacher is the denoising loss alone', async () => {
    const setting = {denoiser: constant, schedule, teacher: null, consistency: 1};
    const {gradient, losses} = lossAndGradient(setting, predicting(student), batch(setting));
    expectAllClose(
      await joined(gradient).data(),
      student.map((s, i) => (2 * (s - (noise[i] ?? NaN))) / size),
      1e-6,
    );
    expect([...(await losses.consistency.data())]).toEqual([0, 0, 0]);
  });

  it('sends no gradient into the teacher, even where it shares its tensors with the student', async () => {
    const shared = predicting(teacher);
    const doubled = new Map([...shared, ['gain', tf.scalar(2)]]);
    const setting = {denoiser: constant, schedule, teacher: shared, consistency: 1};
    const {gradient} = lossAndGradient(setting, doubled, batch(setting));
    // d/do of (2o - noise)² + (2o - e)² with e constant.
    const expected = teacher.map((o, i) => (4 * (2 * o - (noise[i] ?? NaN)) + 4 * (2 * o - o)) / size);
    expectAllClose((await joined(gradient).data()).subarray(0, size), expected, 2e-6);
  });

  it('has no consistency loss at the start, where the projections are identities', async () => {
    const {setting, initial} = tinyModel();
    const {consistency, denoise} = lossAndGradient(setting, initial, batch(setting)).losses;
    expect(Math.max(...(await consistency.data()))).toBeLessThan(1e-12);
    expect(Math.min(...(await denoise.data()))).toBeGreaterThan(0.1);
  });

  it('leaves nothing behind but what it returns', async () => {
    const {setting, initial} = tinyModel();
    await expectNoLeak(() => {
      const prepared = batch(setting);
      const {gradient, losses} = lossAndGradient(setting, initial, prepared);
      tf.dispose([...Object.values(prepared), ...gradient, ...Object.values(losses)]);
    });
  });
});

describeOnEngines('accumulation', () => {
  it('trains on the mean gradient of the micro-batches, as one batch of all their images does', async () => {
    const {setting, initial} = tinyModel();
    const [a, b] = [microBatch(1, [3, 400, 999]), microBatch(5, [0, 77, 500])];
    const both: MicroBatch = {
      images: tf.concat4d([a.images, b.images], 0),
      noise: tf.concat4d([a.noise, b.noise], 0),
      timesteps: [...a.timesteps, ...b.timesteps],
    };
    const parted = await firstUpdate(setting, initial, [a, b]);
    const whole = await firstUpdate(setting, initial, [both]);
    expect(parted.timesteps).toEqual(whole.timesteps);
    expectAllClose(parted.denoise, whole.denoise, 1e-5);
    expectAllClose(parted.consistency, whole.consistency, 1e-5);
    expectAllClose(parted.gradient, whole.gradient, 1e-7);
    expectAllClose(parted.norm, whole.norm, 1e-5);
  });
});

/** The first moment after one update holds (1 - beta1) times the mean gradient. */
async function firstUpdate(setting: LossSetting, initial: Params, batches: [MicroBatch, ...MicroBatch[]]) {
  const config = TrainingConfig.parse({clipNorm: null, accumulation: batches.length});
  const program = new TrainProgram(setting, config, flatLayout(initial), initialState(initial, true), batches[0]);
  const {timesteps, losses, gradientNorm} = program.update(batches);
  const {first} = program.state();
  program.dispose();
  return {
    timesteps,
    denoise: await losses.denoise.data(),
    consistency: await losses.consistency.data(),
    gradient: await joined(first).data(),
    norm: await gradientNorm.data(),
  };
}
