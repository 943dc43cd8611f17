import * as tf from '@tensorflow/tfjs-core';
import type {FlatVector} from '../../../trainer/nn/flatParams.ts';

/** A vector in one piece, [values]. */
export function joined(vector: FlatVector): tf.Tensor1D {
  return tf.concat1d(vector);
}
