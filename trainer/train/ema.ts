import * as tf from '@tensorflow/tfjs-core';
import type {EmaConfig} from '../contract/config/training.ts';
import {changeVariables, recordedVariables} from '../engine/tensorflow/graph/variableUpdate.ts';

/**
 * Decay of EMA update number `update` (from 1), the warm-up form of diffusers' EMAModel with inverse gamma 1:
 * min(maxDecay, 1 - (1 + k)^-power) with k = update - 1. The first update has decay 0: it copies the weights.
 */
export function emaDecay(config: EmaConfig, update: number): number {
  const k = update - 1;
  return k <= 0 ? 0 : Math.min(config.maxDecay, 1 - (1 + k) ** -config.power);
}

/** The average [n] after one more look at the weights [n], `share` = 1 - decay; the result is the caller's. */
export function updateEma(average: tf.Tensor1D, weights: tf.Tensor1D, share: number | tf.Scalar): tf.Tensor1D {
  return emaInPlace(average, weights, share) ?? tf.tidy(() => tf.sub(average, step(average, weights, share)));
}

function step(average: tf.Tensor1D, weights: tf.Tensor1D, share: number | tf.Scalar): tf.Tensor1D {
  return tf.mul(tf.sub(average, weights), share);
}

/** Where the update is recorded: without a second vector for the new average. */
function emaInPlace(average: tf.Tensor1D, weights: tf.Tensor1D, share: number | tf.Scalar): tf.Tensor1D | null {
  const [variable] = recordedVariables([average]) ?? [];
  if (!variable) return null;
  const change = variable.recorder.sourceOf(step(average, weights, share));
  const {tensors} = changeVariables('AssignSubVariableOp', [variable], [change], {dtype: {kind: 'type', value: 1}});
  return tensors[0] as tf.Tensor1D;
}
