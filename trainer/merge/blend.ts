import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {mapParams, param, type Params} from '../nn/params.ts';

/** tau_i = theta_i - theta, one map per expert; the caller owns them. A search computes them once for all candidates. */
export function taskVectors(base: Params, experts: readonly Params[]): Params[] {
  return experts.map((expert, i) => {
    if (expert.size !== base.size) throw new Error(`expert ${i} has ${expert.size} tensors, the base ${base.size}`);
    return mapParams(base, (tensor, name) => tf.sub(param(expert, name), tensor));
  });
}

/** theta + sum_i w_i tau_i in the order of the experts, base last; experts of zero weight are skipped. The caller owns the result. */
export function applyWeights(base: Params, vectors: readonly Params[], weights: readonly number[]): Params {
  if (vectors.length !== weights.length)
    throw new Error(`${vectors.length} task vectors but ${weights.length} weights`);
  return applyWeightsBy(base, vectors, () => weights);
}

/** The same with weights of its own for each tensor, by its name. */
export function applyWeightsBy(
  base: Params,
  vectors: readonly Params[],
  weightsOf: (name: string) => readonly number[],
): Params {
  return mapParams(base, (tensor, name) => tf.tidy(() => addTasks(tensor, name, vectors, weightsOf(name))));
}

/** The same for one tensor. */
export function addTasks(tensor: Tensor, name: string, vectors: readonly Params[], weights: readonly number[]): Tensor {
  // A weight that is no number must show in the result.
  const weightOf = (i: number) => weights[i] ?? 0;
  const terms = vectors.flatMap((vector, i) => (weightOf(i) === 0 ? [] : [tf.mul(param(vector, name), weightOf(i))]));
  if (terms.length === 0) return tf.clone(tensor);
  return tf.add(
    tensor,
    terms.reduce((sum, term) => tf.add(sum, term)),
  );
}
