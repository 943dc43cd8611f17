import type {Tensor, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import type {Denoiser} from '../models/denoiser.ts';
import {noiseLevels, type NoiseLevels, type NoiseSchedule} from '../schedulers/schedule.ts';

/** One micro-batch as it is drawn. */
export interface MicroBatch {
  readonly images: Tensor4D;
  readonly noise: Tensor4D;
  readonly timesteps: readonly number[];
  readonly dropoutSeed?: number;
}

/** A micro-batch as the loss takes it: with the timesteps as what they mean to network and schedule, all tensors. */
export interface PreparedBatch extends NoiseLevels {
  readonly images: Tensor4D;
  readonly noise: Tensor4D;
  /** Embedded timesteps, [N, width]. */
  readonly time: Tensor2D;
}

/** Images and noise stay the caller's, who gets the new tensors too. */
export function prepareBatch(
  {denoiser, schedule}: {denoiser: Denoiser; schedule: NoiseSchedule},
  {images, noise, timesteps}: MicroBatch,
): PreparedBatch {
  return {images, noise, ...noiseLevels(schedule, timesteps), time: denoiser.embedTimesteps(timesteps)};
}

/** The tensors in a fixed order, as a program takes them. */
export function batchTensors({images, noise, signal, sigma, time}: PreparedBatch): Tensor[] {
  return [images, noise, signal, sigma, time];
}

/** The batch of `batchTensors`. */
export function batchOfTensors(tensors: readonly Tensor[]): PreparedBatch {
  const [images, noise, signal, sigma, time] = tensors as [Tensor4D, Tensor4D, Tensor4D, Tensor4D, Tensor2D];
  return {images, noise, signal, sigma, time};
}
