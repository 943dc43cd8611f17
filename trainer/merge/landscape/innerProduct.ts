import * as tf from '@tensorflow/tfjs-core';
import {param, type Params} from '../../nn/params.ts';

/** Inner product of two models or task vectors of the same names; the sums of single tensors are float32, those over tensors double. */
export async function innerProduct(a: Params, b: Params): Promise<number> {
  let sum = 0;
  for (const [name, tensor] of a) {
    const product = tf.tidy(() => tf.sum(tf.mul(tensor, param(b, name))));
    const [value = NaN] = await product.data().finally(() => product.dispose());
    sum += value;
  }
  return sum;
}
