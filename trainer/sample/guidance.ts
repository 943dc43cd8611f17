import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {Condition} from '../models/denoiser.ts';
import type {Predict} from './predict.ts';

export interface Guidance {
  /** How far past the conditional prediction: 1 is that prediction itself. */
  readonly scale: number;
  /** φ of Lin et al. 2024, 0 to 1: how much of the deviation of the conditional prediction is put back. */
  readonly rescale?: number;
}

/** Whether a scale asks for the unconditional prediction, too. Up to 1 the pipelines of diffusers do without. */
export function isGuided({scale}: Guidance): boolean {
  return scale > 1;
}

/**
 * Classifier-free guidance (Ho and Salimans 2022, Eq. 6, with the scale as diffusers counts it): u + scale (c - u) of the predictions without
 * and with the condition, which are made in one batch. `both` has the unconditional rows, then the conditional ones.
 */
export function guidedPredict(predict: Predict, both: Condition, {scale, rescale = 0}: Guidance): Predict {
  return (noisy, timestep) =>
    tf.tidy(() => {
      const [plain, conditioned] = tf.split<Tensor4D>(predict(tf.concat4d([noisy, noisy], 0), timestep, both), 2) as [
        Tensor4D,
        Tensor4D,
      ];
      const guided: Tensor4D = tf.add(plain, tf.mul(tf.sub(conditioned, plain), scale));
      return rescale === 0 ? guided : rescaled(guided, conditioned, rescale);
    });
}

/** Guidance raises the contrast: each image gets back the standard deviation of `reference`, a share of it (Lin et al. 2024, Eq. 15 and 16). */
function rescaled(guided: Tensor4D, reference: Tensor4D, share: number): Tensor4D {
  const ratio = tf.div(deviation(reference), deviation(guided));
  return tf.mul(guided, tf.add(tf.mul(ratio, share), 1 - share));
}

/** Of each image, [N,1,1,1]. */
function deviation(images: Tensor4D): Tensor4D {
  return tf.sqrt(tf.moments(images, [1, 2, 3], true).variance as Tensor4D);
}
