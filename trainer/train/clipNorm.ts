import * as tf from '@tensorflow/tfjs-core';

/**
 * Scales a gradient [total] so that its Euclidean norm is at most `limit`, as torch.nn.utils.clip_grad_norm_ does:
 * the factor is min(1, limit / (norm + 1e-6)). Stays on the device; `norm` [] is before clipping.
 */
export function clipGlobalNorm(gradient: tf.Tensor1D, limit: number | null): {gradient: tf.Tensor1D; norm: tf.Scalar} {
  const [clipped, norm] = tf.tidy((): [tf.Tensor1D, tf.Scalar] => {
    const before = tf.sqrt(tf.sum<tf.Scalar>(tf.square(gradient)));
    if (limit === null) return [tf.clone(gradient), before];
    return [tf.mul(gradient, tf.minimum(1, tf.div(limit, tf.add(before, 1e-6)))), before];
  });
  return {gradient: clipped, norm};
}
