import * as tf from '@tensorflow/tfjs-core';
import {squaredSum} from '../engine/ops/squaredSum.ts';
import type {FlatVector} from '../nn/flatParams.ts';

/**
 * What a gradient is to be multiplied by so that its Euclidean norm is at most `limit`, as in torch.nn.utils.clip_grad_norm_:
 * min(1, limit / (norm + 1e-6)), null without a limit. Both stay on the device; `norm` [] is before clipping. The caller multiplies, a
 * segment at a time, so that there is never a second gradient.
 *
 * @param scale what the given gradient is to be multiplied by before all that; it is part of the factor
 */
export function clipFactor(
  gradient: FlatVector,
  limit: number | null,
  scale?: tf.Scalar,
): {factor: tf.Scalar | null; norm: tf.Scalar} {
  const norm = tf.tidy(() => {
    const given = tf.sqrt<tf.Scalar>(tf.addN(gradient.map(squaredSum)));
    return scale ? tf.mul<tf.Scalar>(given, scale) : given;
  });
  const clip = limit === null ? null : tf.tidy(() => tf.minimum<tf.Scalar>(1, tf.div(limit, tf.add(norm, 1e-6))));
  const factor = scale && clip ? tf.mul<tf.Scalar>(clip, scale) : (clip ?? scale ?? null);
  return {factor, norm};
}
