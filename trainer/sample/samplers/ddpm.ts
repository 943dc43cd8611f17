import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {clipOriginal, thresholdOriginal} from '../../schedulers/clipOriginal.ts';
import {alphaCumprod, noiseLevel, originalFromPrediction, type NoiseSchedule} from '../../schedulers/schedule.ts';
import {followingTimestep, inferenceTimesteps} from '../../schedulers/spacing.ts';
import {startOf, walk, type Sampler} from './sampler.ts';

const f32 = Math.fround;

export interface DdpmStep {
  /** The network's prediction for `noisy`, [N,H,W,C]. */
  prediction: Tensor4D;
  /** x_t, [N,H,W,C]. */
  noisy: Tensor4D;
  /** t */
  timestep: number;
  /** The next timestep of the list; -1 at its end. */
  previous: number;
  /** Standard normal, [N,H,W,C]; used at every timestep above 0. */
  noise?: Tensor4D;
}

/** DDPM (Ho et al. 2020). */
export const ddpm: Sampler = (predict, start, steps, options) => {
  const {schedule, noise} = options;
  const timesteps = inferenceTimesteps(schedule, steps);
  return walk(startOf(start), steps, options, ({images: noisy}, index) => {
    const timestep = timesteps[index] as number;
    const step = {prediction: predict(noisy, timestep), noisy, timestep, previous: followingTimestep(timesteps, index)};
    return {images: ddpmStep(schedule, {...step, noise: timestep > 0 ? noise(index) : undefined})};
  });
};

/** One ancestral step: the posterior mean from x_0 and x_t plus noise (Eq. 7 and 15). No noise at t = 0. */
export function ddpmStep(schedule: NoiseSchedule, {prediction, noisy, timestep, previous, noise}: DdpmStep): Tensor4D {
  const {settings} = schedule;
  const {original: originalFactor, noisy: noisyFactor} = posteriorFactors(schedule, timestep, previous);
  return tf.tidy(() => {
    const limit = settings.thresholding ? thresholdOriginal : clipOriginal;
    const level = noiseLevel(schedule, timestep);
    const original = limit(settings, originalFromPrediction(schedule, prediction, noisy, level));
    const mean: Tensor4D = tf.add(tf.mul(originalFactor, original), tf.mul(noisyFactor, noisy));
    if (timestep === 0) return mean;
    if (noise === undefined) throw new Error('a DDPM step above timestep 0 needs noise');
    return tf.add(mean, tf.mul(f32(Math.sqrt(ddpmVariance(schedule, timestep, previous))), noise));
  });
}

/** Variance of the step's noise: β_t (`fixed_large`) or β_t (1 - ᾱ_prev) / (1 - ᾱ_t), at least 1e-20 (`fixed_small`, also by its logarithm). */
export function ddpmVariance(schedule: NoiseSchedule, timestep: number, previous: number): number {
  const {betaBar, betaBarPrevious, beta} = posterior(schedule, timestep, previous);
  if (schedule.settings.variance_type === 'fixed_large') return beta;
  return f32(Math.max(f32(f32(betaBarPrevious / betaBar) * beta), 1e-20));
}

/** Factors of x_0 and x_t in the posterior mean (Eq. 7). */
function posteriorFactors(schedule: NoiseSchedule, timestep: number, previous: number) {
  const {alphaPrevious, alpha, beta, betaBar, betaBarPrevious} = posterior(schedule, timestep, previous);
  return {
    original: f32(f32(f32(Math.sqrt(alphaPrevious)) * beta) / betaBar),
    noisy: f32(f32(f32(Math.sqrt(alpha)) * betaBarPrevious) / betaBar),
  };
}

/** ᾱ_prev (1 beyond the end), and α_t, β_t of the step that leads from it to ᾱ_t; each operation rounded to float32 as PyTorch does. */
function posterior(schedule: NoiseSchedule, timestep: number, previous: number) {
  const alphaBar = alphaCumprod(schedule, timestep);
  const alphaPrevious = previous >= 0 ? alphaCumprod(schedule, previous) : 1;
  const alpha = f32(alphaBar / alphaPrevious);
  return {
    alphaPrevious,
    alpha,
    beta: f32(1 - alpha),
    betaBar: f32(1 - alphaBar),
    betaBarPrevious: f32(1 - alphaPrevious),
  };
}
