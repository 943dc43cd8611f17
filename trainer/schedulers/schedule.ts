import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import type {SamplerOverrides, SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import {schedulerSettings, type SchedulerClass, type SchedulerSettings} from '../contract/model/schedulerSettings.ts';
import {alphasCumprod, createBetas} from './betas.ts';

/** The forward process x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) ε (DDPM, Ho et al. 2020, Eq. 4) that a scheduler config describes. */
export interface NoiseSchedule {
  /** The config as it stands in its file. */
  readonly config: SchedulerConfig;
  readonly settings: SchedulerSettings;
  /** Number of training timesteps T. */
  readonly timesteps: number;
  /** [T] */
  readonly betas: Float32Array;
  /** ᾱ, [T] */
  readonly alphasCumprod: Float32Array;
}

const predictionTypes = ['epsilon', 'v_prediction', 'sample'];

/** The schedule of a config; `where` is the file that an error names. */
export function createSchedule(config: SchedulerConfig, where?: string): NoiseSchedule {
  const settings = schedulerSettings(config, where);
  if (!predictionTypes.includes(settings.prediction_type)) {
    const message = `prediction_type ${JSON.stringify(settings.prediction_type)} is not supported.`;
    throw new UserError('scheduler-unsupported', message, {where, hint: `Supported: ${predictionTypes.join(', ')}.`});
  }
  const betas = createBetas(settings, where);
  return {config, settings, timesteps: betas.length, betas, alphasCumprod: alphasCumprod(betas)};
}

/** The same noise for another scheduler of diffusers: with its defaults for what the config leaves out, and `overrides` before both. */
export function scheduleFor(
  schedule: NoiseSchedule,
  sampler: SchedulerClass,
  overrides: SamplerOverrides = {},
): NoiseSchedule {
  return {...schedule, settings: schedulerSettings({...schedule.config, ...overrides}, undefined, sampler)};
}

/** Shares of image and noise in a noisy image: sqrt(ᾱ) and sqrt(1 - ᾱ). */
export interface NoiseLevel {
  readonly signal: number;
  readonly sigma: number;
}

/** The level of a timestep, each operation rounded to float32 as PyTorch does; one outside of [0, T - 1] is a bug. */
export function noiseLevel(schedule: NoiseSchedule, timestep: number): NoiseLevel {
  if (!Number.isInteger(timestep)) return levelOfRatio(interpolatedRatio(schedule, timestep));
  const alpha = alphaCumprod(schedule, timestep);
  return {signal: Math.fround(Math.sqrt(alpha)), sigma: Math.fround(Math.sqrt(Math.fround(1 - alpha)))};
}

/** The level with this ratio of noise to image, σ of Karras et al. 2022. */
export function levelOfRatio(ratio: number): NoiseLevel {
  const signal = 1 / Math.sqrt(ratio * ratio + 1);
  return {signal, sigma: ratio * signal};
}

/** Between two timesteps the ratio of noise to image is on a straight line, as in diffusers' EulerDiscreteScheduler. */
function interpolatedRatio(schedule: NoiseSchedule, timestep: number): number {
  const below = Math.floor(timestep);
  const [low, high] = [below, below + 1].map((t) => noiseLevel(schedule, t)) as [NoiseLevel, NoiseLevel];
  const share = timestep - below;
  return (1 - share) * (low.sigma / low.signal) + share * (high.sigma / high.signal);
}

/** sqrt(ᾱ_t) and sqrt(1 - ᾱ_t) of each image, [N,1,1,1]. */
export type NoiseLevels = {
  readonly signal: Tensor4D;
  readonly sigma: Tensor4D;
};

/** The levels of N timesteps, computed on the host; the caller owns them. */
export function noiseLevels(schedule: NoiseSchedule, timesteps: readonly number[]): NoiseLevels {
  const levels = timesteps.map((timestep) => noiseLevel(schedule, timestep));
  const column = (values: number[]) => tf.tensor4d(values, [values.length, 1, 1, 1]);
  return {signal: column(levels.map(({signal}) => signal)), sigma: column(levels.map(({sigma}) => sigma))};
}

/** x_t of [N,H,W,C] images and noise. */
export function addNoise({signal, sigma}: NoiseLevels, images: Tensor4D, noise: Tensor4D): Tensor4D {
  return tf.tidy(() => tf.add(tf.mul(signal, images), tf.mul(sigma, noise)));
}

/** What the network is trained to predict: ε, x_0, or v = sqrt(ᾱ) ε - sqrt(1 - ᾱ) x_0 (Salimans and Ho 2022, App. D), [N,H,W,C]. */
export function trainingTarget(
  {settings}: NoiseSchedule,
  {signal, sigma}: NoiseLevels,
  images: Tensor4D,
  noise: Tensor4D,
): Tensor4D {
  const type = settings.prediction_type;
  if (type === 'epsilon') return tf.clone(noise);
  if (type === 'sample') return tf.clone(images);
  return tf.tidy(() => tf.sub(tf.mul(signal, noise), tf.mul(sigma, images)));
}

/** x_0 of a prediction for images of one noise level, not clipped, [N,H,W,C]. */
export function originalFromPrediction(
  {settings}: NoiseSchedule,
  prediction: Tensor4D,
  noisy: Tensor4D,
  {signal, sigma}: NoiseLevel,
): Tensor4D {
  const type = settings.prediction_type;
  if (type === 'sample') return tf.clone(prediction);
  if (type === 'epsilon') return tf.tidy(() => tf.div(tf.sub(noisy, tf.mul(sigma, prediction)), requireSignal(signal)));
  return tf.tidy(() => tf.sub(tf.mul(signal, noisy), tf.mul(sigma, prediction)));
}

/** ε of a prediction for images of one noise level, [N,H,W,C]. */
export function epsilonFromPrediction(
  {settings}: NoiseSchedule,
  prediction: Tensor4D,
  noisy: Tensor4D,
  {signal, sigma}: NoiseLevel,
): Tensor4D {
  const type = settings.prediction_type;
  if (type === 'epsilon') return tf.clone(prediction);
  if (type === 'sample') return tf.tidy(() => tf.div(tf.sub(noisy, tf.mul(signal, prediction)), sigma));
  return tf.tidy(() => tf.add(tf.mul(signal, prediction), tf.mul(sigma, noisy)));
}

/** ᾱ_t; a timestep outside [0, T) is a bug. */
export function alphaCumprod(schedule: NoiseSchedule, timestep: number): number {
  const alpha = schedule.alphasCumprod[timestep];
  if (alpha === undefined) throw new RangeError(`timestep ${timestep} is not one of 0 to ${schedule.timesteps - 1}`);
  return alpha;
}

/** At signal 0, x_0 cannot be computed from the noisy image and the noise in it. */
function requireSignal(signal: number): number {
  if (signal > 0) return signal;
  throw new UserError(
    'scheduler-unsupported',
    'A schedule that ends in pure noise needs a model that predicts v or x_0.',
    {
      hint: 'Turn rescale_betas_zero_snr off, or set prediction_type to v_prediction.',
    },
  );
}
