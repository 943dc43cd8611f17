import * as tf from '@tensorflow/tfjs-core';
import {activeRecorder} from '../tensorflow/graph/graphRecorder.ts';

/** x * factor, and 0 where the factor is 0 whatever x is: unlike in a product, also where x is infinite or no number. */
export function zeroUnless<T extends tf.Tensor>(x: T, factor: tf.Scalar): T {
  const product = activeRecorder()?.call('MulNoNan', [x, factor]);
  return (product ?? tf.where(tf.equal(factor, 0), tf.zerosLike(x), tf.mul(x, factor))) as T;
}
