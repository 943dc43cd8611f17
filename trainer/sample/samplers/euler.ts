import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {clipOriginal} from '../../schedulers/clipOriginal.ts';
import {levelOfRatio, originalFromPrediction, type NoiseSchedule} from '../../schedulers/schedule.ts';
import {ancestralSigmas, eulerSigmas, type SigmaSteps} from '../../schedulers/sigmas.ts';
import {startOf, walk, type Sampler, type SamplerOptions, type SamplerState} from './sampler.ts';

// Images in the coordinates of Karras et al. 2022: x = x_0 + σ ε, which the network sees divided by sqrt(σ² + 1).

/** Euler's method (Karras et al. 2022, algorithm 2 without its correction) as EulerDiscreteScheduler of diffusers computes it. */
export const euler: Sampler = (predict, start, steps, options) => {
  const {schedule, noise, churn} = options;
  const {timesteps, sigmas} = eulerSigmas(schedule, steps);
  return walk(startOf(start, initialScale(schedule, sigmas)), timesteps.length, options, ({images}, index) => {
    const [sigma, next] = [sigmas[index] as number, sigmas[index + 1] as number];
    const prediction = predict(asSeen(images, sigma), timesteps[index] as number);
    const raised = sigma * (1 + churnShare(churn, sigma, sigmas.length - 1));
    const noisier = raised > sigma ? addNoise(images, noise(index), raised, sigma, churn) : images;
    const slope = slopeAt(schedule, prediction, noisier, raised);
    return {images: tf.add<Tensor4D>(noisier, tf.mul(slope, next - raised))};
  });
};

/** Euler's method with ancestral noise (k-diffusion), as EulerAncestralDiscreteScheduler computes it. Noise is drawn for each step. */
export const eulerAncestral: Sampler = (predict, start, steps, options) => {
  const {schedule, noise} = options;
  const {timesteps, sigmas} = ancestralSigmas(schedule, steps);
  return walk(startOf(start, initialScale(schedule, sigmas)), timesteps.length, options, ({images}, index) => {
    const [sigma, next] = [sigmas[index] as number, sigmas[index + 1] as number];
    const prediction = predict(asSeen(images, sigma), timesteps[index] as number);
    const up = Math.sqrt((next ** 2 * (sigma ** 2 - next ** 2)) / sigma ** 2);
    const down = Math.sqrt(next ** 2 - up ** 2);
    const mean: Tensor4D = tf.add(images, tf.mul(slopeAt(schedule, prediction, images, sigma), down - sigma));
    return {images: tf.add<Tensor4D>(mean, tf.mul(noise(index), up))};
  });
};

interface HeunState extends SamplerState {
  /** Where the step began, and the slope there, between the two calls of a step. */
  readonly begun?: {readonly images: Tensor4D; readonly slope: Tensor4D};
}

/** Heun's method (Karras et al. 2022, algorithm 1) as HeunDiscreteScheduler computes it: two calls a step, one for the last. */
export const heun: Sampler = (predict, start, steps, options) => {
  const {schedule} = options;
  const {timesteps, sigmas} = eulerSigmas(schedule, steps);
  const state: HeunState = startOf(start, initialScale(schedule, sigmas));
  return walk(state, 2 * steps - 1, options, ({images, begun}, index) => {
    const step = Math.floor(index / 2);
    const [sigma, next] = [sigmas[step] as number, sigmas[step + 1] as number];
    const [seen, timestep] = begun ? [next, timesteps[step + 1]] : [sigma, timesteps[step]];
    const prediction = predict(asSeen(images, seen), timestep as number);
    const slope = slopeAt(schedule, prediction, images, seen, clipOriginal);
    if (begun === undefined) {
      const end: Tensor4D = tf.add(images, tf.mul(slope, next - sigma));
      return next === 0 ? {images: end} : {images: end, begun: {images, slope}};
    }
    const mean = tf.div(tf.add(begun.slope, slope), 2);
    return {images: tf.add<Tensor4D>(begun.images, tf.mul(mean, next - sigma))};
  });
};

type Churn = SamplerOptions['churn'];

/** What standard normal numbers are multiplied by to become images without any content. */
function initialScale({settings}: NoiseSchedule, [largest = NaN]: SigmaSteps['sigmas']): number {
  return settings.timestep_spacing === 'leading' ? Math.sqrt(largest ** 2 + 1) : largest;
}

function asSeen(images: Tensor4D, sigma: number): Tensor4D {
  return tf.div(images, Math.sqrt(sigma ** 2 + 1));
}

/** dx/dσ = (x - x_0) / σ. */
function slopeAt(
  schedule: NoiseSchedule,
  prediction: Tensor4D,
  images: Tensor4D,
  sigma: number,
  limit: typeof clipOriginal = (_, original) => original,
): Tensor4D {
  const original = originalFromPrediction(schedule, prediction, asSeen(images, sigma), levelOfRatio(sigma));
  return tf.div(tf.sub(images, limit(schedule.settings, original)), sigma);
}

/** The factor minus 1 by which σ is raised before a step. */
function churnShare(churn: Churn, sigma: number, steps: number): number {
  if (churn === undefined || sigma < churn.s_tmin || sigma > churn.s_tmax) return 0;
  return Math.min(churn.s_churn / steps, Math.SQRT2 - 1);
}

function addNoise(images: Tensor4D, noise: Tensor4D, raised: number, sigma: number, churn: Churn): Tensor4D {
  const scale = (churn?.s_noise ?? 1) * Math.sqrt(raised ** 2 - sigma ** 2);
  return tf.add(images, tf.mul(noise, scale));
}
