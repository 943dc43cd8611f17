import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {SamplerStep} from './samplerStep.ts';
import {
  alphaCumprod,
  clipOriginal,
  epsilonFromPrediction,
  originalFromPrediction,
  type NoiseSchedule,
} from './schedule.ts';

const f32 = Math.fround;

export interface DdimStep extends SamplerStep {
  /** 0 is deterministic, 1 as noisy as DDPM. */
  eta: number;
  /** Standard normal, [N,H,W,C]; used when eta is above 0. */
  noise?: Tensor4D;
}

/**
 * One DDIM step (Song et al. 2021, Eq. 12 and 16). x_0 is clipped but ε is not recomputed from it (`use_clipped_model_output` of
 * diffusers is false). The previous timestep comes from the list: diffusers takes t - floor(T / steps), which is the same for leading
 * spacing and for steps that divide T, and lands beside the list for other trailing and linspace ones (diffusers issue 11347).
 */
export function ddimStep(schedule: NoiseSchedule, step: DdimStep): Tensor4D {
  const {prediction, noisy, timestep, previous, eta, noise} = step;
  const {sigma, direction, signal} = ddimFactors(schedule, timestep, previous, eta);
  return tf.tidy(() => {
    const original = clipOriginal(schedule, originalFromPrediction(schedule, prediction, noisy, timestep));
    const epsilon = epsilonFromPrediction(schedule, prediction, noisy, timestep);
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

/** The factors of noise, ε and x_0, each operation rounded to float32 as PyTorch does. */
function ddimFactors(schedule: NoiseSchedule, timestep: number, previous: number, eta: number) {
  const alphaPrevious = previousAlpha(schedule, previous);
  const sigma = f32(eta * f32(Math.sqrt(ddimVariance(schedule, timestep, previous))));
  const direction = f32(Math.sqrt(f32(f32(1 - alphaPrevious) - f32(sigma * sigma))));
  return {sigma, direction, signal: f32(Math.sqrt(alphaPrevious))};
}

/** ᾱ of the previous timestep; beyond the end 1 or, without `set_alpha_to_one`, ᾱ_0. */
function previousAlpha(schedule: NoiseSchedule, previous: number): number {
  if (previous >= 0) return alphaCumprod(schedule, previous);
  return schedule.config.set_alpha_to_one ? 1 : alphaCumprod(schedule, 0);
}
