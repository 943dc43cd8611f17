import * as tf from '@tensorflow/tfjs-core';
import {activeRecorder} from '../tensorflow/graph/graphRecorder.ts';

/** The sum of the squares of [n]; where it is recorded for TensorFlow, by an operation that makes no vector of squares. */
export function squaredSum(values: tf.Tensor1D): tf.Scalar {
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
