import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D} from '@tensorflow/tfjs-core';
import {changeVariables, recordedVariables} from './variableUpdate.ts';

const float = {kind: 'type', value: 1} as const;

/** Weights and both moments of their gradient, [n] each. */
export interface AdamVectors {
  readonly weights: Tensor1D;
  readonly first: Tensor1D;
  readonly second: Tensor1D;
}

/** The numbers of an Adam update; scalars where they change from one run of the recording to the next. */
export interface AdamNumbers {
  readonly betas: readonly [number, number];
  /** lr' and eps' of `applyAdam`. */
  readonly rate: number | tf.Scalar;
  readonly epsilon: number | tf.Scalar;
  /** What the weights are multiplied by first, for decoupled weight decay; null: no decay. */
  readonly retained: number | tf.Scalar | null;
}

/**
 * An Adam update as TensorFlow's own operation, which goes once over the vectors and makes none: 3 vectors of the size of the network
 * less at the peak. Null where nothing is recorded.
 *
 * ResourceApplyAdam computes var -= lr' m / (sqrt(v) + eps') with lr' and eps' as given once its own bias corrections are off
 * (powers of beta = 0).
 */
export function applyAdam(vectors: AdamVectors, gradient: Tensor1D, numbers: AdamNumbers): AdamVectors | null {
  const {weights, first, second} = vectors;
  const {betas, rate, epsilon, retained} = numbers;
  const variables = recordedVariables([weights, first, second]);
  const [variable] = variables ?? [];
  if (!variables || !variable) return null;
  const {recorder} = variable;
  const source = (value: tf.Tensor | number) => recorder.sourceOf(typeof value === 'number' ? tf.scalar(value) : value);
  // Subtracted where the weights lie: assigned, they would lie elsewhere after each update, with holes between them.
  const decay = (share: number | tf.Scalar) => source(tf.mul(weights, tf.sub(1, share)));
  const decayed =
    retained === null
      ? []
      : [`^${changeVariables('AssignSubVariableOp', [variable], [decay(retained)], {dtype: float}).node}`];
  const inputs = [...[0, 0, rate, ...betas, epsilon].map(source), source(gradient)];
  const {tensors} = changeVariables('ResourceApplyAdam', variables, [...inputs, ...decayed], {T: float});
  const [newWeights, newFirst, newSecond] = tensors as [Tensor1D, Tensor1D, Tensor1D];
  return {weights: newWeights, first: newFirst, second: newSecond};
}
