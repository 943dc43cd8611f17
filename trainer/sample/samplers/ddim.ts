import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {clipOriginal, thresholdOriginal} from '../../schedulers/clipOriginal.ts';
import {
  alphaCumprod,
  epsilonFromPrediction,
  noiseLevel,
  originalFromPrediction,
  type NoiseSchedule,
} from '../../schedulers/schedule.ts';
import {inferenceTimesteps} from '../../schedulers/spacing.ts';
import {startOf, walk, type Sampler} from './sampler.ts';

const f32 = Math.fround;

export interface DdimStep {
  /** The network's prediction for `noisy`, [N,H,W,C]. */
  prediction: Tensor4D;
  /** x_t, [N,H,W,C]. */
  noisy: Tensor4D;
  /** t */
  timestep: number;
  /** The timestep that the step leads to; below 0 at the end. */
  previous: number;
  /** 0 is deterministic, 1 as noisy as DDPM. */
  eta: number;
  /** Standard normal, [N,H,W,C]; used when eta is above 0. */
  noise?: Tensor4D;
  /** Recompute ε from the clipped x_0. */
  useClipped?: boolean;
}

/**
 * DDIM (Song et al. 2021). Each step leads to t - floor(T / steps), as in diffusers: with spacings other than leading that may lie beside the
 * next timestep at which the network is called (diffusers issue 11347).
 */
export const ddim: Sampler = (predict, start, steps, options) => {
  const {schedule, eta, noise, use_clipped_model_output: useClipped} = options;
  const timesteps = inferenceTimesteps(schedule, steps);
  const ratio = Math.floor(schedule.timesteps / steps);
  return walk(startOf(start), steps, options, ({images: noisy}, index) => {
    const timestep = timesteps[index] as number;
    const step = {prediction: predict(noisy, timestep), noisy, timestep, previous: timestep - ratio, eta, useClipped};
    return {images: ddimStep(schedule, {...step, noise: eta > 0 ? noise(index) : undefined})};
  });
};

/** One step (Eq. 12 and 16). x_0 is clipped, but ε is computed again from it only where that is asked for. */
export function ddimStep(schedule: NoiseSchedule, step: DdimStep): Tensor4D {
  const {prediction, noisy, timestep, previous, eta, noise, useClipped = false} = step;
  const {settings} = schedule;
  const {sigma, direction, signal} = ddimFactors(schedule, timestep, previous, eta);
  return tf.tidy(() => {
    const level = noiseLevel(schedule, timestep);
    const limit = settings.thresholding ? thresholdOriginal : clipOriginal;
    const original = limit(settings, originalFromPrediction(schedule, prediction, noisy, level));
    const epsilon: Tensor4D = useClipped
      ? tf.div(tf.sub(noisy, tf.mul(level.signal, original)), level.sigma)
      : epsilonFromPrediction(schedule, prediction, noisy, level);
    const mean: Tensor4D = tf.add(tf.mul(signal, original), tf.mul(direction, epsilon));
    if (eta === 0) return mean;
    if (noise === undefined) throw new Error('a DDIM step with eta above 0 needs noise');
    return tf.add(mean, tf.mul(sigma, noise));
  });
}

/** σ_t² for eta = 1 (Eq. 16): (1 - ᾱ_prev) / (1 - ᾱ_t) · (1 - ᾱ_t / ᾱ_prev). */
export function ddimVariance(schedule: NoiseSchedule, timestep: number, previous: number): number {
  const alpha = alphaCumprod(schedule, timestep);
  const alphaPrevious = previousAlpha(schedule, previous);
  const ratio = f32(f32(1 - alphaPrevious) / f32(1 - alpha));
  return f32(ratio * f32(1 - f32(alpha / alphaPrevious)));
}

/** ᾱ of the timestep that a step leads to; beyond the end 1 or, without `set_alpha_to_one`, ᾱ_0. */
export function previousAlpha(schedule: NoiseSchedule, previous: number): number {
  if (previous >= 0) return alphaCumprod(schedule, previous);
  return schedule.settings.set_alpha_to_one ? 1 : alphaCumprod(schedule, 0);
}

/** The factors of noise, ε and x_0, each operation rounded to float32 as PyTorch does. */
function ddimFactors(schedule: NoiseSchedule, timestep: number, previous: number, eta: number) {
  const alphaPrevious = previousAlpha(schedule, previous);
  const sigma = f32(eta * f32(Math.sqrt(ddimVariance(schedule, timestep, previous))));
  const direction = f32(Math.sqrt(f32(f32(1 - alphaPrevious) - f32(sigma * sigma))));
  return {sigma, direction, signal: f32(Math.sqrt(alphaPrevious))};
}
