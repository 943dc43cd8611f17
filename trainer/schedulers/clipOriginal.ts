import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import type {SchedulerSettings} from '../contract/model/schedulerSettings.ts';

/** x_0 [N,H,W,C] cut to the clip range where the config says so. */
export function clipOriginal(settings: SchedulerSettings, original: Tensor4D): Tensor4D {
  if (!settings.clip_sample) return tf.clone(original);
  return tf.clipByValue(original, -settings.clip_sample_range, settings.clip_sample_range);
}

/**
 * Dynamic thresholding (Imagen, Saharia et al. 2022, section 2.3) where the config says so: x_0 of each image is clipped to a quantile s of
 * its absolute values and divided by s, which is at least 1 and at most `sample_max_value`.
 */
export function thresholdOriginal(settings: SchedulerSettings, original: Tensor4D): Tensor4D {
  if (!settings.thresholding) return tf.clone(original);
  return tf.tidy(() => {
    const [count, ...shape] = original.shape;
    const values: Tensor2D = tf.reshape(original, [count, original.size / count]);
    const quantile = quantileOf(tf.abs(values), settings.dynamic_thresholding_ratio);
    const limit = tf.clipByValue(quantile, 1, settings.sample_max_value);
    const clipped = tf.div(tf.maximum(tf.minimum(values, limit), tf.neg(limit)), limit);
    return tf.reshape(clipped, [count, ...shape]);
  });
}

/** The quantile of each row, with straight lines between ranks: [N,K] -> [N,1]. */
function quantileOf(values: Tensor2D, share: number): Tensor2D {
  const [rows, size] = values.shape;
  const rank = share * (size - 1);
  const below = Math.floor(rank);
  const falling: Tensor2D = tf.topk(values, size - below).values;
  const at = (column: number): Tensor2D => tf.slice(falling, [0, column], [rows, 1]);
  const low = at(size - below - 1);
  return rank === below ? low : tf.add(low, tf.mul(tf.sub(at(size - below - 2), low), rank - below));
}
