import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D} from '@tensorflow/tfjs-core';
import type {OptimizerConfig} from '../contract/training.ts';
import {changeVariables, recordedVariables} from '../engine/graph/variableUpdate.ts';
import type {AdamWFactors, Moments} from './adamW.ts';

const float = {kind: 'type', value: 1} as const;

/**
 * The update of `updateAdamW` as TensorFlow's own operation, which goes once over the vectors and makes none: 3 vectors of the size
 * of the network less at the peak. Null where nothing is recorded.
 *
 * ResourceApplyAdam has the form of the Adam paper's section 2, var -= lr sqrt(1 - b2^k) / (1 - b1^k) m / (sqrt(v) + eps'), in which
 * PyTorch's epsilon is eps' = eps sqrt(1 - b2^k).
 */
export function adamWInPlace(
  weights: Tensor1D,
  gradient: Tensor1D,
  {first, second}: Moments,
  {betas, epsilon, weightDecay}: OptimizerConfig,
  {stepSize, rootCorrection, retained}: AdamWFactors,
): {weights: Tensor1D; moments: Moments} | null {
  const variables = recordedVariables([weights, first, second]);
  const [variable] = variables ?? [];
  if (!variables || !variable) return null;
  const {recorder} = variable;
  const source = (value: tf.Tensor | number) =>
    recorder.sourceOf(typeof value === 'number' ? tf.fill([], value) : value);
  const rate = source(tf.mul(stepSize, rootCorrection));
  const scaledEpsilon = source(tf.mul(rootCorrection, epsilon));
  const decayed =
    weightDecay === 0
      ? []
      : [
          `^${changeVariables('AssignVariableOp', [variable], [source(tf.mul(weights, retained))], {dtype: float}).node}`,
        ];
  const inputs = [source(0), source(0), rate, source(betas[0]), source(betas[1]), scaledEpsilon, source(gradient)];
  const {tensors} = changeVariables('ResourceApplyAdam', variables, [...inputs, ...decayed], {T: float});
  const [newWeights, newFirst, newSecond] = tensors as [Tensor1D, Tensor1D, Tensor1D];
  return {weights: newWeights, moments: {first: newFirst, second: newSecond}};
}
