import {setImmediate} from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import type {NoiseSchedule} from '../../schedulers/schedule.ts';
import type {Predict} from '../predict.ts';

export interface SamplerOptions {
  readonly schedule: NoiseSchedule;
  /** Noise of DDIM: 0 is deterministic, 1 as noisy as DDPM. */
  readonly eta: number;
  readonly churn?: SamplingConfig['churn'];
  /** DDIM recomputes ε from the clipped image. */
  readonly use_clipped_model_output?: boolean;
  /** Standard normal numbers like the images for step `step`, counted from 0; what it makes is freed after the step. */
  noise(step: number): Tensor4D;
  /** Called after each call of the network with the images so far; what it throws ends the sampling. */
  onStep?(done: number, total: number, images: Tensor4D): void;
}

/** Draws images [N,H,W,C] in `steps` steps from standard normal numbers of that shape, which stay the caller's. */
export type Sampler = (predict: Predict, start: Tensor4D, steps: number, options: SamplerOptions) => Promise<Tensor4D>;

/** The images and what a sampler remembers between two calls of the network. */
export type SamplerState = {readonly images: Tensor4D};

/**
 * Makes `count` steps from `start`, whose tensors it takes over, and gives the images of the last state. What a state does not keep is
 * freed. The event loop runs between the steps, so that a message to stop gets in.
 */
export async function walk<State extends SamplerState>(
  start: State,
  count: number,
  {onStep}: SamplerOptions,
  step: (state: State, index: number) => State,
): Promise<Tensor4D> {
  let state = start;
  try {
    for (let index = 0; index < count; index++) {
      const before = state;
      state = tf.tidy(() => step(before, index) as State & tf.TensorContainer);
      const kept = tensorsIn(state);
      tf.dispose(tensorsIn(before).filter((tensor) => !kept.includes(tensor)));
      onStep?.(index + 1, count, state.images);
      await setImmediate();
    }
  } catch (error) {
    tf.dispose(tensorsIn(state));
    throw error;
  }
  tf.dispose(tensorsIn(state).filter((tensor) => tensor !== state.images));
  return state.images;
}

/** The state of samplers that remember nothing. */
export function startOf(start: Tensor4D, scale = 1): SamplerState {
  return {images: scale === 1 ? tf.clone(start) : tf.mul(start, scale)};
}

function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof tf.Tensor) return [value as Tensor];
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((part: unknown) => tensorsIn(part))
    : [];
}
