import * as tf from '@tensorflow/tfjs-core';
import type {Params} from './params.ts';

/**
 * Parameters laid end to end in one vector. Optimizer, EMA and clipping are a dozen operations on one long vector instead of a
 * dozen on each of hundreds of short ones, whose per-operation cost would dominate small networks.
 */
export interface FlatLayout {
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly sizes: readonly number[];
  readonly total: number;
}

/** The layout of a map, in its own order. */
export function flatLayout(params: Params): FlatLayout {
  const tensors = [...params.values()];
  return {
    names: [...params.keys()],
    shapes: tensors.map((tensor) => tensor.shape),
    sizes: tensors.map((tensor) => tensor.size),
    total: tensors.reduce((sum, tensor) => sum + tensor.size, 0),
  };
}

/** Tensors in the order of the layout -> [total]. */
export function flatten(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  return tf.tidy(() => tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [tensor.size]))));
}

/** [total] -> a map of new tensors, which the caller owns. */
export function unflatten(flat: tf.Tensor1D, layout: FlatLayout): Params {
  const parts = tf.tidy(() =>
    tf.split(flat, [...layout.sizes]).map((part, i) => tf.reshape(part, [...(layout.shapes[i] ?? [])])),
  );
  return new Map(parts.map((part, i) => [layout.names[i] ?? '', part]));
}
