import * as tf from '@tensorflow/tfjs-core';

/**
 * Sums rows by segment, the gradient of a gather, as a product with a one-hot matrix. wasm has no kernel of its own for it.
 * As in TensorFlow, a row whose segment is negative goes nowhere.
 *
 * @param values [n, ...]
 * @param segments [n] int32, each below `count`
 * @returns [count, ...]
 */
export function segmentSum(values: tf.Tensor, segments: tf.Tensor1D, count: number): tf.Tensor {
  return tf.tidy(() => {
    const rows = tf.reshape(values, [segments.size, -1]);
    // wasm's one-hot gives integers whatever type is asked for.
    const members = tf.cast(tf.oneHot(segments, count), 'float32') as tf.Tensor2D;
    const sums = tf.matMul(members, rows, true);
    return tf.reshape(sums, [count, ...values.shape.slice(segments.rank)]);
  });
}
