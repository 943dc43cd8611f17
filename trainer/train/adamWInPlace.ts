import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D} from '@tensorflow/tfjs-core';
import type {OptimizerConfig} from '../contract/config/training.ts';
import {changeVariables, recordedVariables} from '../engine/tensorflow/graph/variableUpdate.ts';
import type {AdamWFactors, Moments} from './adamW.ts';

const float = {kind: 'type', value: 1} as const;

/**
 * The update of `updateAdamW` as TensorFlow's own operation, which goes once over the vectors and makes none: 3 vectors of the size
 * of the network less at the peak. Null where nothing is recorded.
 *
 * ResourceApplyAdam computes var -= lr' m / (sqrt(v) + eps') with factors that are ours to give once its own corrections are off
 * (powers of beta = 0).
 */
export function adamWInPlace(
  weights: Tensor1D,
  gradient: Tensor1D,
  {first, second}: Moments,
  {betas, weightDecay}: OptimizerConfig,
  {rate, epsilon, retained}: AdamWFactors,
): {weights: Tensor1D; moments: Moments} | null {
  const variables = recordedVariables([weights, first, second]);
  const [variable] = variables ?? [];
  if (!variables || !variable) return null;
  const {recorder} = variable;
  const source = (value: tf.Tensor | number) => recorder.sourceOf(typeof value === 'number' ? tf.scalar(value) : value);
  // Subtracted where the weights lie: assigned, they would lie elsewhere after each update, with holes between them.
  const decay = () => source(tf.mul(weights, tf.sub(1, retained)));
  const decayed =
    weightDecay === 0 ? [] : [`^${changeVariables('AssignSubVariableOp', [variable], [decay()], {dtype: float}).node}`];
  const inputs = [...[0, 0, rate, ...betas, epsilon].map(source), source(gradient)];
  const {tensors} = changeVariables('ResourceApplyAdam', variables, [...inputs, ...decayed], {T: float});
  const [newWeights, newFirst, newSecond] = tensors as [Tensor1D, Tensor1D, Tensor1D];
  return {weights: newWeights, moments: {first: newFirst, second: newSecond}};
}
