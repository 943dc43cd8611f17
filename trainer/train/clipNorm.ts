import * as tf from '@tensorflow/tfjs-core';
import {activeRecorder} from '../engine/tensorflow/graph/graphRecorder.ts';
import type {FlatVector} from '../nn/flatParams.ts';

/**
 * What a gradient is to be multiplied by so that its Euclidean norm is at most `limit`, as in torch.nn.utils.clip_grad_norm_:
 * min(1, limit / (norm + 1e-6)), null without a limit. Both stay on the device; `norm` [] is before clipping. The caller multiplies, a
 * segment at a time, so that there is never a second gradient.
 */
export function clipFactor(gradient: FlatVector, limit: number | null): {factor: tf.Scalar | null; norm: tf.Scalar} {
  const norm = tf.tidy(() => tf.sqrt<tf.Scalar>(tf.addN(gradient.map(squaredSum))));
  const factor = limit === null ? null : tf.tidy(() => tf.minimum<tf.Scalar>(1, tf.div(limit, tf.add(norm, 1e-6))));
  return {factor, norm};
}

/** The sum of squares; where it is recorded for TensorFlow, by an operation that makes no vector of squares. */
function squaredSum(values: tf.Tensor1D): tf.Scalar {
  const half = activeRecorder()?.call('L2Loss', [values]);
  return half ? tf.mul<tf.Scalar>(half, 2) : sumInTwoStages(tf.square(values));
}

/**
 * The sum of [n] as a sum of about sqrt(n) sums of sqrt(n) terms. The wasm engine adds one term after the other in float32, which
 * loses every term below 2^-24 of the sum so far: of 36 million equal ones it counts the first 17.
 */
function sumInTwoStages(values: tf.Tensor1D): tf.Scalar {
  const side = Math.floor(Math.sqrt(values.size));
  const square: tf.Tensor2D = tf.reshape(tf.slice1d(values, 0, side * side), [side, side]);
  const rest = tf.slice1d(values, side * side, values.size - side * side);
  return tf.add<tf.Scalar>(tf.sum(tf.sum(square, 1)), tf.sum(rest));
}
