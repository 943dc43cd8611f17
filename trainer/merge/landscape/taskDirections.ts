import * as tf from '@tensorflow/tfjs-core';
import {mapParams, param, type Params} from '../../nn/params.ts';
import {innerProduct} from './innerProduct.ts';

/** Below this share of its length, what is left of the second task vector is rounding. */
const smallestRest = 1e-3;

export interface TaskDirections {
  /** The first task vector itself. */
  readonly u: Params;
  /** Orthogonal to it in the plane of both, and as long. */
  readonly v: Params;
  /** Of the two task vectors. */
  readonly cosine: number;
}

/**
 * Orthogonal directions of equal length in the plane of two task vectors, by Gram and Schmidt; null where these span no plane: one is zero, or they
 * are parallel. Takes both over: they belong to the result, or are disposed of.
 */
export async function taskDirections(first: Params, second: Params): Promise<TaskDirections | null> {
  const lengths = {first: await lengthOf(first), second: await lengthOf(second)};
  const product = await innerProduct(first, second);
  const rest = replaced(second, (tensor, name) =>
    tf.sub(tensor, tf.mul(param(first, name), product / lengths.first ** 2)),
  );
  const left = await lengthOf(rest);
  // The comparison is also false for NaN.
  if (!(left > smallestRest * lengths.second)) {
    tf.dispose([...first.values(), ...rest.values()]);
    return null;
  }
  const v = replaced(rest, (tensor) => tf.mul(tensor, lengths.first / left));
  return {u: first, v, cosine: Math.max(-1, Math.min(1, product / (lengths.first * lengths.second)))};
}

async function lengthOf(params: Params): Promise<number> {
  return Math.sqrt(await innerProduct(params, params));
}

/** Tensor by tensor, so that two whole vectors are never held at once. */
function replaced(params: Params, f: (tensor: tf.Tensor, name: string) => tf.Tensor): Params {
  return mapParams(params, (tensor, name) => {
    const made = tf.tidy(() => f(tensor, name));
    tensor.dispose();
    return made;
  });
}
