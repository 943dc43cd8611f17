import * as tf from '@tensorflow/tfjs-core';
import type {Params} from './params.ts';

/**
 * One number for each value of the parameters, in segments [values]: small parameters lie end to end in one of them. Optimizer, EMA
 * and clipping are then a dozen operations on each segment instead of on each of hundreds of short vectors, whose per-operation
 * cost would dominate small networks; and a large network is never copied as a whole to be joined or taken apart.
 */
export type FlatVector = tf.Tensor1D[];

/** A segment with more than one parameter has at most this many values (1 MiB). */
const largestShared = 2 ** 18;

/** Where the values of each parameter lie. */
export interface FlatLayout {
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly sizes: readonly number[];
  /** Number of parameters in each segment. */
  readonly counts: readonly number[];
  readonly total: number;
}

/** The layout of a map, in its own order. */
export function flatLayout(params: Params): FlatLayout {
  const tensors = [...params.values()];
  const sizes = tensors.map((tensor) => tensor.size);
  return {
    names: [...params.keys()],
    shapes: tensors.map((tensor) => tensor.shape),
    sizes,
    counts: segmentCounts(sizes),
    total: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** Tensors in the order of the layout -> a vector, which the caller owns. */
export function flatten(tensors: readonly tf.Tensor[], layout: FlatLayout): FlatVector {
  return tf.tidy(() =>
    segments(tensors, layout).map((segment) => tf.concat1d(segment.map((tensor) => tf.reshape(tensor, [tensor.size])))),
  );
}

/** A vector -> a map of new tensors, which the caller owns. */
export function unflatten(flat: FlatVector, layout: FlatLayout): Params {
  const parts = tf.tidy(() => {
    const sizes = segments(layout.sizes, layout);
    const apart = flat.flatMap((segment, i) => tf.split(segment, sizes[i] ?? []));
    return apart.map((part, i) => tf.reshape(part, [...(layout.shapes[i] ?? [])]));
  });
  return new Map(parts.map((part, i) => [layout.names[i] ?? '', part]));
}

/** What there is of each parameter, parted as the parameters are. */
export function segments<T>(ofParameters: readonly T[], {counts}: FlatLayout): T[][] {
  let end = 0;
  return counts.map((count) => ofParameters.slice(end, (end += count)));
}

function segmentCounts(sizes: readonly number[]): number[] {
  const counts: number[] = [];
  let [count, values] = [0, 0];
  for (const size of sizes) {
    if (count > 0 && values + size > largestShared) {
      counts.push(count);
      [count, values] = [0, 0];
    }
    count++;
    values += size;
  }
  return [...counts, count];
}
