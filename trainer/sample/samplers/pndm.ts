import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import {alphaCumprod, type NoiseSchedule} from '../../schedulers/schedule.ts';
import {inferenceTimesteps} from '../../schedulers/spacing.ts';
import {previousAlpha} from './ddim.ts';
import {startOf, walk, type Sampler, type SamplerState} from './sampler.ts';

interface PndmState extends SamplerState {
  /** Predictions of earlier calls, newest first. */
  readonly history: readonly Tensor4D[];
  /** The images that a group of calls starts from. */
  readonly anchor?: Tensor4D;
  /** Weighted sum of the predictions of a Runge-Kutta step so far. */
  readonly sum?: Tensor4D;
}

/** Weights of predictions, newest first, by how many there are: Adams and Bashforth's linear multistep. */
const multistep: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/** Weights of the four predictions of a Runge-Kutta step. */
const rungeKutta = [1 / 6, 1 / 3, 1 / 3, 1 / 6] as const;

/** Timesteps at the noisy end for which there are Runge-Kutta steps, a history's length of them. */
const order = multistep.length;

/**
 * PNDM (Liu et al. 2022) as PNDMScheduler of diffusers computes it: linear multistep, which begins with Runge-Kutta steps or, with
 * `skip_prk_steps`, by visiting the second timestep twice (F-PNDM).
 */
export const pndm: Sampler = (predict, start, steps, options) => {
  const {schedule} = options;
  const ratio = Math.floor(schedule.timesteps / steps);
  const spaced = inferenceTimesteps(schedule, steps);
  const state: PndmState = {...startOf(start), history: []};
  if (schedule.settings.skip_prk_steps) {
    const timesteps = [...spaced.slice(0, 2), ...spaced.slice(1)];
    return walk(state, timesteps.length, options, (state, index) => {
      const timestep = timesteps[index] as number;
      return plmsStep(schedule, predict(state.images, timestep), state, {timestep, ratio, index});
    });
  }
  const prk = rungeKuttaTimesteps(spaced, ratio);
  const timesteps = [...prk, ...spaced.slice(order - 1)];
  return walk(state, timesteps.length, options, (state, index) => {
    const timestep = timesteps[index] as number;
    const prediction = predict(state.images, timestep);
    if (index >= prk.length) return plmsStep(schedule, prediction, state, {timestep, ratio, index});
    return rungeKuttaStep(schedule, prediction, state, {
      timestep: prk[index - (index % 4)] as number,
      previous: timestep - (index % 2 === 0 ? Math.floor(ratio / 2) : 0),
      part: index % 4,
    });
  });
};

/** Four calls for each of the first steps: at its beginning, twice in its middle, at its end. */
function rungeKuttaTimesteps(spaced: readonly number[], ratio: number): number[] {
  if (spaced.length < order) {
    throw new UserError('steps-invalid', `PNDM with Runge-Kutta steps needs at least ${order} steps.`, {
      hint: 'Ask for more steps, or set skip_prk_steps.',
    });
  }
  const half = Math.floor(ratio / 2);
  return spaced.slice(0, order - 1).flatMap((timestep, i) => {
    const middle = (spaced[i + 1] as number) + half;
    return [timestep, middle, middle, spaced[i + 1] as number];
  });
}

function rungeKuttaStep(
  schedule: NoiseSchedule,
  prediction: Tensor4D,
  {images, history, anchor = images, sum}: PndmState,
  {timestep, previous, part}: {timestep: number; previous: number; part: number},
): PndmState {
  const weighted: Tensor4D = tf.mul(prediction, rungeKutta[part] as number);
  const total: Tensor4D = sum === undefined ? weighted : tf.add(sum, weighted);
  const remembered = part === 0 ? [prediction, ...history].slice(0, order) : history;
  if (part < 3) {
    return {
      images: transfer(schedule, anchor, prediction, timestep, previous),
      history: remembered,
      anchor,
      sum: total,
    };
  }
  return {images: transfer(schedule, anchor, total, timestep, previous), history: remembered};
}

/** One call of linear multistep. Without Runge-Kutta steps before, the second call makes the first step again, with the mean of both. */
function plmsStep(
  schedule: NoiseSchedule,
  prediction: Tensor4D,
  {images, history, anchor}: PndmState,
  {timestep, ratio, index}: {timestep: number; ratio: number; index: number},
): PndmState {
  if (index === 1 && anchor !== undefined) {
    const mean: Tensor4D = tf.div(tf.add(prediction, history[0] as Tensor4D), 2);
    return {images: transfer(schedule, anchor, mean, timestep + ratio, timestep), history};
  }
  const remembered = [prediction, ...history].slice(0, order);
  const weights = multistep[remembered.length - 1] as readonly number[];
  const combined = remembered
    .map((each, i): Tensor4D => tf.mul(each, weights[i] as number))
    .reduce((sum, term) => tf.add(sum, term));
  const next = transfer(schedule, images, combined, timestep, timestep - ratio);
  return {images: next, history: remembered, ...(index === 0 && {anchor: images})};
}

/** The transfer of Eq. 11 from one timestep to another, with the network's output for the noise at the first. */
function transfer(
  schedule: NoiseSchedule,
  images: Tensor4D,
  output: Tensor4D,
  timestep: number,
  previous: number,
): Tensor4D {
  const alpha = alphaCumprod(schedule, timestep);
  const alphaPrevious = previousAlpha(schedule, previous);
  const epsilon = noiseOf(schedule, output, images, alpha);
  const scale = Math.sqrt(alphaPrevious / alpha);
  const divisor = alpha * Math.sqrt(1 - alphaPrevious) + Math.sqrt(alpha * (1 - alpha) * alphaPrevious);
  return tf.sub(tf.mul(images, scale), tf.mul(epsilon, (alphaPrevious - alpha) / divisor));
}

/** ε of an output, which may be a sum of several calls'; PNDM knows no predictions of the image. */
function noiseOf({settings}: NoiseSchedule, output: Tensor4D, images: Tensor4D, alpha: number): Tensor4D {
  if (settings.prediction_type === 'epsilon') return output;
  if (settings.prediction_type === 'v_prediction')
    return tf.add(tf.mul(output, Math.sqrt(alpha)), tf.mul(images, Math.sqrt(1 - alpha)));
  throw new UserError('sampler-unsupported', 'PNDM cannot draw from a model that predicts the image itself.', {
    hint: 'Choose another sampler, such as ddim.',
  });
}
