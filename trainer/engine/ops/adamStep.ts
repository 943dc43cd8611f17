import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D} from '@tensorflow/tfjs-core';
import {changeVariables, recordedVariables} from '../tensorflow/graph/variableUpdate.ts';

/** Weights and both moments of their gradient, [n] each. */
export interface AdamVectors {
  readonly weights: Tensor1D;
  readonly first: Tensor1D;
  readonly second: Tensor1D;
}

/** The numbers of an Adam step; scalars where they change from one run of a recording to the next. */
export interface AdamNumbers {
  readonly betas: readonly [number | tf.Scalar, number | tf.Scalar];
  /** lr' and eps' of `adamStep`. */
  readonly rate: number | tf.Scalar;
  readonly epsilon: number | tf.Scalar;
  /** What the weights are multiplied by first, for decoupled weight decay; null: no decay. */
  readonly retained: number | tf.Scalar | null;
}

/**
 * m += (1 - β1) (g - m), v = β2 v + (1 - β2) g², w = retained w - lr' m / (sqrt(v) + eps'). The vectors stay alive, the results are the
 * caller's.
 */
export function adamStep(vectors: AdamVectors, gradient: Tensor1D, numbers: AdamNumbers): AdamVectors {
  return fusedStep(vectors, gradient, numbers) ?? plainStep(vectors, gradient, numbers);
}

const float = {kind: 'type', value: 1} as const;

/**
 * The step as TensorFlow's own operation, which goes once over the vectors and makes none: 3 vectors of the size of the network less at
 * the peak. Null where nothing is recorded.
 *
 * ResourceApplyAdam computes var -= lr' m / (sqrt(v) + eps') with lr' and eps' as given once its own bias corrections are off
 * (powers of beta = 0).
 */
function fusedStep(vectors: AdamVectors, gradient: Tensor1D, numbers: AdamNumbers): AdamVectors | null {
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

/** A tidy for each result: vectors may be as large as the network, so temporaries must not outlive the line that needs them. */
function plainStep(before: AdamVectors, gradient: Tensor1D, numbers: AdamNumbers): AdamVectors {
  const {
    betas: [beta1, beta2],
    rate,
    epsilon,
    retained,
  } = numbers;
  const first = tf.tidy(() => tf.add<Tensor1D>(before.first, tf.mul(tf.sub(gradient, before.first), restOf(beta1))));
  const second = tf.tidy(() =>
    tf.add<Tensor1D>(tf.mul(before.second, beta2), tf.mul(tf.square(gradient), restOf(beta2))),
  );
  const step = tf.tidy(() => {
    const denominator = tf.tidy(() => tf.add(tf.sqrt(second), epsilon));
    return tf.mul(tf.div(first, denominator), rate);
  });
  const weights = tf.tidy(() => {
    const decayed = retained === null ? before.weights : tf.mul(before.weights, retained);
    return tf.sub<Tensor1D>(decayed, step);
  });
  step.dispose();
  return {weights, first, second};
}

function restOf(beta: number | tf.Scalar): number | tf.Scalar {
  return typeof beta === 'number' ? 1 - beta : tf.sub<tf.Scalar>(1, beta);
}
