import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import type {SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import {alphasCumprod, createBetas} from './betas.ts';

/** The forward process x_t = sqrt(ᾱ_t) x_0 + sqrt(1 - ᾱ_t) ε (DDPM, Ho et al. 2020, Eq. 4) that a scheduler config describes. */
export interface NoiseSchedule {
  readonly config: SchedulerConfig;
  /** Number of training timesteps T. */
  readonly timesteps: number;
  /** [T] */
  readonly betas: Float32Array;
  /** ᾱ, [T] */
  readonly alphasCumprod: Float32Array;
}

/** What this project implements of each setting; any other value changes the images, so it is refused instead of ignored. */
const supported: Readonly<Record<string, readonly unknown[]>> = {
  _class_name: ['DDPMScheduler', 'DDIMScheduler', 'PNDMScheduler'],
  prediction_type: ['epsilon', 'v_prediction', 'sample'],
  variance_type: ['fixed_small', 'fixed_large'],
  timestep_spacing: ['leading', 'trailing', 'linspace'],
  thresholding: [false],
  rescale_betas_zero_snr: [false],
};

/** The schedule of a config; `where` is the file that an error names. */
export function createSchedule(config: SchedulerConfig, where?: string): NoiseSchedule {
  for (const [key, values] of Object.entries(supported)) {
    if (values.includes(config[key])) continue;
    throw new UserError('scheduler-unsupported', `${key} ${JSON.stringify(config[key])} is not supported.`, {
      where,
      hint: `Supported: ${values.join(', ')}.`,
    });
  }
  const betas = createBetas(config, where);
  return {config, timesteps: betas.length, betas, alphasCumprod: alphasCumprod(betas)};
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

/** What the network should say: ε, x_0, or v = sqrt(ᾱ) ε - sqrt(1 - ᾱ) x_0 (Salimans and Ho 2022, App. D), [N,H,W,C]. */
export function trainingTarget(
  schedule: NoiseSchedule,
  {signal, sigma}: NoiseLevels,
  images: Tensor4D,
  noise: Tensor4D,
): Tensor4D {
  const type = schedule.config.prediction_type;
  if (type === 'epsilon') return tf.clone(noise);
  if (type === 'sample') return tf.clone(images);
  return tf.tidy(() => tf.sub(tf.mul(signal, noise), tf.mul(sigma, images)));
}

/** x_0 of a prediction at one timestep, not clipped, [N,H,W,C]. */
export function originalFromPrediction(
  schedule: NoiseSchedule,
  prediction: Tensor4D,
  noisy: Tensor4D,
  timestep: number,
): Tensor4D {
  const type = schedule.config.prediction_type;
  if (type === 'sample') return tf.clone(prediction);
  return tf.tidy(() => {
    const {signal, sigma} = noiseLevel(schedule, timestep);
    if (type === 'epsilon') return tf.div(tf.sub(noisy, tf.mul(sigma, prediction)), signal);
    return tf.sub(tf.mul(signal, noisy), tf.mul(sigma, prediction));
  });
}

/** ε of a prediction at one timestep, [N,H,W,C]. */
export function epsilonFromPrediction(
  schedule: NoiseSchedule,
  prediction: Tensor4D,
  noisy: Tensor4D,
  timestep: number,
): Tensor4D {
  const type = schedule.config.prediction_type;
  if (type === 'epsilon') return tf.clone(prediction);
  return tf.tidy(() => {
    const {signal, sigma} = noiseLevel(schedule, timestep);
    if (type === 'sample') return tf.div(tf.sub(noisy, tf.mul(signal, prediction)), sigma);
    return tf.add(tf.mul(signal, prediction), tf.mul(sigma, noisy));
  });
}

/** x_0 cut to the clip range where the config says so. */
export function clipOriginal({config}: NoiseSchedule, original: Tensor4D): Tensor4D {
  if (!config.clip_sample) return tf.clone(original);
  return tf.clipByValue(original, -config.clip_sample_range, config.clip_sample_range);
}

/** ᾱ_t; a timestep outside [0, T) is a bug. */
export function alphaCumprod(schedule: NoiseSchedule, timestep: number): number {
  const alpha = schedule.alphasCumprod[timestep];
  if (alpha === undefined) throw new RangeError(`timestep ${timestep} is not one of 0 to ${schedule.timesteps - 1}`);
  return alpha;
}

/** sqrt(ᾱ_t) and sqrt(1 - ᾱ_t), each operation rounded to float32 as PyTorch does. */
function noiseLevel(schedule: NoiseSchedule, timestep: number): {signal: number; sigma: number} {
  const alpha = alphaCumprod(schedule, timestep);
  return {signal: Math.fround(Math.sqrt(alpha)), sigma: Math.fround(Math.sqrt(Math.fround(1 - alpha)))};
}
