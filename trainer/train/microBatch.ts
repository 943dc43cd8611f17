import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';
import type {LossWeighting} from '../contract/config/lossWeighting.ts';
import type {Condition, Denoiser, DenoiserInputs} from '../models/denoiser.ts';
import {lossMultiplier} from '../schedulers/lossWeighting.ts';
import {noiseLevels, type NoiseLevels, type NoiseSchedule} from '../schedulers/schedule.ts';

/** One micro-batch as it is drawn. */
export interface MicroBatch {
  readonly images: Tensor4D;
  readonly noise: Tensor4D;
  readonly timesteps: readonly number[];
  readonly condition?: Condition;
  readonly dropoutSeed?: number;
}

/** A micro-batch as the loss takes it: with the timesteps as what they mean to network, schedule and loss, all tensors. */
export type PreparedBatch = NoiseLevels &
  Omit<DenoiserInputs, 'noisy'> & {
    readonly images: Tensor4D;
    readonly noise: Tensor4D;
    /** What the denoising loss of each image is multiplied by, [N]; left out where all count the same. */
    readonly weight?: Tensor1D;
  };

/** What the timesteps of a batch mean. */
export interface BatchSetting {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
  /** How much the denoising loss counts at each noise level; left out: the same at all. */
  readonly weighting?: LossWeighting;
}

/** Images, noise and condition stay the caller's, who gets the new tensors too. */
export function prepareBatch(setting: BatchSetting, {images, noise, timesteps, condition}: MicroBatch): PreparedBatch {
  const {denoiser, schedule, weighting = {kind: 'none'}} = setting;
  const inputs = {images, noise, ...noiseLevels(schedule, timesteps), ...denoiser.prepare(timesteps, condition)};
  if (weighting.kind === 'none') return inputs;
  return {...inputs, weight: tf.tensor1d(timesteps.map((t) => lossMultiplier(schedule, weighting, t)))};
}

/** Disposes what `prepareBatch` has made. */
export function disposePrepared({signal, sigma, time, weight}: PreparedBatch): void {
  tf.dispose([signal, sigma, time, ...(weight ? [weight] : [])]);
}
