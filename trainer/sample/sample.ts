import {setImmediate} from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {ddimStep} from '../schedulers/ddim.ts';
import {ddpmStep} from '../schedulers/ddpm.ts';
import type {NoiseSchedule} from '../schedulers/schedule.ts';
import {followingTimestep, inferenceTimesteps} from '../schedulers/spacing.ts';
import type {Predict} from './predict.ts';

export interface SampleRequest {
  predict: Predict;
  schedule: NoiseSchedule;
  sampler: 'ddim' | 'ddpm';
  /** Calls of the network, 1 to T. */
  steps: number;
  /** Noise of DDIM, 0 to 1; unused by DDPM. */
  eta: number;
  /** x_T, standard normal, [N,H,W,C]; stays the caller's. */
  noise: Tensor4D;
  /** Standard normal [N,H,W,C] of step `step`, counted from 0; what it makes is freed after the step. */
  stepNoise(step: number): Tensor4D;
  /** Called after each step; what it throws ends the sampling. */
  onStep?(done: number, total: number): void;
}

/** Draws images [N,H,W,C] in about [-1, 1] from noise. The event loop runs between steps, so that a stop message gets in. */
export async function sample(request: SampleRequest): Promise<Tensor4D> {
  const timesteps = inferenceTimesteps(request.schedule, request.steps);
  let current = tf.clone(request.noise);
  try {
    for (let step = 0; step < timesteps.length; step++) {
      const next = tf.tidy(() => advance(request, current, timesteps, step));
      current.dispose();
      current = next;
      request.onStep?.(step + 1, timesteps.length);
      await setImmediate();
    }
    return current;
  } catch (error) {
    current.dispose();
    throw error;
  }
}

function advance(request: SampleRequest, noisy: Tensor4D, timesteps: readonly number[], index: number): Tensor4D {
  const {schedule, sampler, eta} = request;
  const timestep = timesteps[index] as number;
  const step = {
    prediction: request.predict(noisy, timestep),
    noisy,
    timestep,
    previous: followingTimestep(timesteps, index),
  };
  if (sampler === 'ddim')
    return ddimStep(schedule, {...step, eta, noise: eta > 0 ? request.stepNoise(index) : undefined});
  return ddpmStep(schedule, {...step, noise: timestep > 0 ? request.stepNoise(index) : undefined});
}
