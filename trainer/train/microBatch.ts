import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {Condition, Denoiser, DenoiserInputs} from '../models/denoiser.ts';
import {noiseLevels, type NoiseLevels, type NoiseSchedule} from '../schedulers/schedule.ts';

/** One micro-batch as it is drawn. */
export interface MicroBatch {
  readonly images: Tensor4D;
  readonly noise: Tensor4D;
  readonly timesteps: readonly number[];
  readonly condition?: Condition;
  readonly dropoutSeed?: number;
}

/** A micro-batch as the loss takes it: with the timesteps as what they mean to network and schedule, all tensors. */
export type PreparedBatch = NoiseLevels &
  Omit<DenoiserInputs, 'noisy'> & {
    readonly images: Tensor4D;
    readonly noise: Tensor4D;
  };

/** Images, noise and condition stay the caller's, who gets the new tensors too. */
export function prepareBatch(
  {denoiser, schedule}: {denoiser: Denoiser; schedule: NoiseSchedule},
  {images, noise, timesteps, condition}: MicroBatch,
): PreparedBatch {
  return {images, noise, ...noiseLevels(schedule, timesteps), ...denoiser.prepare(timesteps, condition)};
}
