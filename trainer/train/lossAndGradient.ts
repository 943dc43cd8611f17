import * as tf from '@tensorflow/tfjs-core';
import {activeRecorder} from '../engine/tensorflow/graph/graphRecorder.ts';
import type {Denoiser, PredictOptions} from '../models/denoiser.ts';
import {flatLayout, flatten, type FlatVector} from '../nn/flatParams.ts';
import type {Params} from '../nn/params.ts';
import {addNoise, trainingTarget, type NoiseSchedule} from '../schedulers/schedule.ts';
import type {PreparedBatch} from './microBatch.ts';

/** The networks and weights of one DeMe expert. */
export interface LossSetting {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
  /** The frozen original, without projections; null trains on the denoising loss alone. */
  readonly teacher: Params | null;
  /** Weight of the consistency loss. */
  readonly consistency: number;
}

/** Gradient of the mean loss, and both losses of each image, [N]. The caller owns all. */
export interface LossAndGradient {
  readonly gradient: FlatVector;
  readonly denoise: tf.Tensor1D;
  readonly consistency: tf.Tensor1D;
}

/**
 * DeMe's finetuning loss (paper Eq. 3-5): mean ||target - s||² + consistency * mean ||e - s||², s = student, e = frozen original,
 * both on the same noisy images. The teacher runs outside the gradient.
 */
export function lossAndGradient(
  setting: LossSetting,
  params: Params,
  batch: PreparedBatch,
  options: PredictOptions = {},
): LossAndGradient {
  const {denoiser, teacher} = setting;
  return tf.tidy(() => {
    const noisy = addNoise(batch, batch.images, batch.noise);
    const target = trainingTarget(setting.schedule, batch, batch.images, batch.noise);
    const original = teacher && predictAside(denoiser, teacher, noisy, batch.time);
    const names = [...params.keys()];
    let perImage: {denoise: tf.Tensor1D; consistency: tf.Tensor1D} | undefined;
    const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
      const student = new Map(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
      const prediction = denoiser.predict(student, noisy, batch.time, options);
      const denoise = errorPerImage(prediction, target);
      const consistency = original ? errorPerImage(prediction, original) : tf.zerosLike(denoise);
      perImage = {denoise: tf.keep(denoise), consistency: tf.keep(consistency)};
      const total = original ? tf.add(denoise, tf.mul(consistency, setting.consistency)) : denoise;
      return tf.mean(total);
    };
    const {grads} = tf.valueAndGrads(loss)([...params.values()]);
    if (perImage === undefined) throw new Error('the loss was not evaluated');
    // Kept through the gradient's own tidy; a clone belongs to the tidy around, like any result.
    const losses = {denoise: tf.clone(perImage.denoise), consistency: tf.clone(perImage.consistency)};
    tf.dispose({...perImage});
    return {gradient: flatten(grads, flatLayout(params)), ...losses};
  });
}

/** The teacher needs nothing of the student: where both are recorded, they may run at the same time. */
function predictAside(denoiser: Denoiser, teacher: Params, noisy: tf.Tensor4D, time: tf.Tensor2D): tf.Tensor4D {
  const predict = () => tf.tidy(() => denoiser.predict(teacher, noisy, time));
  return activeRecorder()?.aside(predict) ?? predict();
}

/** Mean squared error over height, width and channels: [N,H,W,C] twice -> [N]. */
function errorPerImage(prediction: tf.Tensor4D, target: tf.Tensor4D): tf.Tensor1D {
  const pixels = prediction.size / prediction.shape[0];
  const difference = tf.reshape(tf.squaredDifference(prediction, target), [prediction.shape[0], pixels]);
  return tf.mean(difference, 1);
}
