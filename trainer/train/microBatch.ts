import * as tf from '@tensorflow/tfjs-core';
import type {Scalar, Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';
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

/** A micro-batch as the loss needs it: all tensors, the timesteps replaced by what network, schedule and loss derive from them. */
export type PreparedBatch = NoiseLevels &
  Omit<DenoiserInputs, 'noisy'> & {
    readonly images: Tensor4D;
    readonly noise: Tensor4D;
    /** What the denoising loss of each image is multiplied by, [N]; absent where all count the same. */
    readonly weight?: Tensor1D;
    /** What the loss is multiplied by before its gradient is taken; absent: 1. */
    readonly lossScale?: Scalar;
  };

/** What network, schedule and loss derive from the timesteps of a batch. */
export interface BatchSetting {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
  /** How much the denoising loss counts at each noise level; default: the same at all of them. */
  readonly weighting?: LossWeighting;
  /** Weights that are learned, in place of those. */
  readonly learned?: {weight(timestep: number): number};
  /** What the loss is multiplied by before its gradient is taken, and how many updates were left out. */
  readonly lossScale?: {readonly scale: number; readonly skipped: number};
}

/** Images, noise and condition stay the caller's, who gets the new tensors too. */
export function prepareBatch(setting: BatchSetting, {images, noise, timesteps, condition}: MicroBatch): PreparedBatch {
  const {denoiser, schedule, weighting = {kind: 'none'}, learned, lossScale} = setting;
  const drawn = {images, noise, ...noiseLevels(schedule, timesteps), ...denoiser.prepare(timesteps, condition)};
  const inputs = lossScale ? {...drawn, lossScale: tf.scalar(lossScale.scale)} : drawn;
  if (weighting.kind === 'none' && learned === undefined) return inputs;
  const weightOf = (t: number) => learned?.weight(t) ?? lossMultiplier(schedule, weighting, t);
  return {...inputs, weight: tf.tensor1d(timesteps.map(weightOf))};
}

/** Disposes what `prepareBatch` has made. */
export function disposePrepared({signal, sigma, time, weight, lossScale}: PreparedBatch): void {
  tf.dispose([signal, sigma, time, ...(weight ? [weight] : []), ...(lossScale ? [lossScale] : [])]);
}
