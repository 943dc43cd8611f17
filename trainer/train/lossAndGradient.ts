import * as tf from '@tensorflow/tfjs-core';
import type {Denoiser} from '../models/denoiser.ts';
import {flatten} from '../nn/flatParams.ts';
import type {Params} from '../nn/params.ts';
import {addNoise, trainingTarget, type NoiseSchedule} from '../schedulers/schedule.ts';

/** One micro-batch: what the network sees and what it is compared with. */
export interface MicroBatch {
  readonly images: tf.Tensor4D;
  readonly noise: tf.Tensor4D;
  readonly timesteps: readonly number[];
  readonly dropoutSeed?: number;
}

/** The networks and weights of one DeMe expert. */
export interface LossSetting {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
  /** The frozen original, without projections; null trains on the denoising loss alone. */
  readonly teacher: Params | null;
  /** Weight of the consistency loss. */
  readonly consistency: number;
}

/** Gradient [total] of the mean loss, and both losses of each image, [N]. The caller owns all three. */
export interface LossAndGradient {
  readonly gradient: tf.Tensor1D;
  readonly denoise: tf.Tensor1D;
  readonly consistency: tf.Tensor1D;
}

/**
 * DeMe's finetuning loss (paper Eq. 3-5): mean ||target - s||² + consistency * mean ||e - s||², s = student, e = frozen original,
 * both on the same noisy images. The teacher runs outside the gradient.
 */
export function lossAndGradient(setting: LossSetting, params: Params, batch: MicroBatch): LossAndGradient {
  return tf.tidy(() => {
    const noisy = addNoise(setting.schedule, batch.images, batch.noise, batch.timesteps);
    const target = trainingTarget(setting.schedule, batch.images, batch.noise, batch.timesteps);
    const original = setting.teacher && setting.denoiser.predict(setting.teacher, noisy, batch.timesteps);
    const names = [...params.keys()];
    let perImage: {denoise: tf.Tensor1D; consistency: tf.Tensor1D} | undefined;
    const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
      const student = new Map(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
      const prediction = setting.denoiser.predict(student, noisy, batch.timesteps, {dropoutSeed: batch.dropoutSeed});
      const denoise = errorPerImage(prediction, target);
      const consistency = original ? errorPerImage(prediction, original) : tf.zerosLike(denoise);
      perImage = {denoise: tf.keep(denoise), consistency: tf.keep(consistency)};
      const total = original ? tf.add(denoise, tf.mul(consistency, setting.consistency)) : denoise;
      return tf.mean(total);
    };
    const {grads} = tf.valueAndGrads(loss)([...params.values()]);
    if (perImage === undefined) throw new Error('the loss was not evaluated');
    return {gradient: flatten(grads), ...perImage};
  });
}

/** Mean squared error over height, width and channels: [N,H,W,C] twice -> [N]. */
function errorPerImage(prediction: tf.Tensor4D, target: tf.Tensor4D): tf.Tensor1D {
  const pixels = prediction.size / prediction.shape[0];
  const difference = tf.reshape(tf.squaredDifference(prediction, target), [prediction.shape[0], pixels]);
  return tf.mean(difference, 1);
}
