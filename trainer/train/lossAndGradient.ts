import * as tf from '@tensorflow/tfjs-core';
import type {Precision} from '../contract/config/precision.ts';
import {byLossTerm, type LossTerm} from '../contract/run/lossTerms.ts';
import {inPrecision} from '../engine/ops/inPrecision.ts';
import {aside} from '../engine/ops/order.ts';
import type {PredictOptions} from '../models/denoiser.ts';
import {flatLayout, flatten, type FlatVector} from '../nn/flatParams.ts';
import type {Params} from '../nn/params.ts';
import {addNoise, trainingTarget} from '../schedulers/schedule.ts';
import {lossesPerImage, weightedSum} from './lossFormulas.ts';
import type {BatchSetting, PreparedBatch} from './microBatch.ts';

/** The networks and weights of one DeMe expert. */
export interface LossSetting extends BatchSetting {
  /** The frozen original, without projections; null trains on the denoising loss alone. */
  readonly teacher: Params | null;
  /** Weight of the consistency loss. */
  readonly consistency: number;
  /** Number format in which the teacher predicts; left out: that of the student. */
  readonly teacherPrecision?: Precision;
}

export interface GradientOptions extends PredictOptions {
  /** Number format of convolutions and matrix products; left out: f32. */
  readonly precision?: Precision;
}

/** Gradient of the mean loss times the batch's `lossScale`, and each term of it for each image, [N], unweighted; 0 for a term that the training does not have. */
export interface LossAndGradient {
  readonly gradient: FlatVector;
  readonly losses: Readonly<Record<LossTerm, tf.Tensor1D>>;
}

/**
 * The mean over the images of the weighted terms of `lossFormulas`: for DeMe ||target - s||² + consistency * ||e - s||² with s = student and
 * e = frozen original, both on the same noisy images, and the first term times the multiplier of its noise level where there is one. The
 * teacher runs outside the gradient. The caller owns all tensors.
 */
export function lossAndGradient(
  setting: LossSetting,
  params: Params,
  batch: PreparedBatch,
  {precision = 'f32', ...options}: GradientOptions = {},
): LossAndGradient {
  const {denoiser, teacher, teacherPrecision = precision} = setting;
  return tf.tidy(() => {
    const noisy = addNoise(batch, batch.images, batch.noise);
    const inputs = {noisy, time: batch.time, context: batch.context};
    const target = trainingTarget(setting.schedule, batch, batch.images, batch.noise);
    // The teacher does not depend on the student: in a recorded graph both may run at the same time.
    const predictOriginal = (weights: Params) =>
      inPrecision(teacherPrecision, () => tf.tidy(() => denoiser.predict(weights, inputs)));
    const original = teacher && aside(() => predictOriginal(teacher));
    const names = [...params.keys()];
    let kept: Record<LossTerm, tf.Tensor1D> | undefined;
    const loss = (...tensors: tf.Tensor[]): tf.Scalar => {
      const student = new Map(names.map((name, i) => [name, tensors[i] as tf.Tensor]));
      const prediction = denoiser.predict(student, inputs, options);
      const terms = lossesPerImage({prediction, target, original});
      const total = weightedSum(terms, {denoise: batch.weight, consistency: setting.consistency});
      kept = byLossTerm((term) => tf.keep(terms[term] ?? tf.zerosLike(total)));
      const mean = tf.mean<tf.Scalar>(total);
      return batch.lossScale ? tf.mul(mean, batch.lossScale) : mean;
    };
    const {grads} = inPrecision(precision, () => tf.valueAndGrads(loss)([...params.values()]));
    if (kept === undefined) throw new Error('the loss was not evaluated');
    // Kept, so that it survives the gradient's own tidy; the clone belongs to the caller's tidy, like any result.
    const perImage = kept;
    const losses = byLossTerm((term) => tf.clone(perImage[term]));
    tf.dispose(perImage);
    return {gradient: flatten(grads, flatLayout(params)), losses};
  });
}
