import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D} from '@tensorflow/tfjs-core';
import {changeVariables, recordedVariables} from '../tensorflow/graph/variableUpdate.ts';

/** x - share (x - target), [n]. `x` stays alive, the result is the caller's. */
export function moveTowards(x: Tensor1D, target: Tensor1D, share: number | tf.Scalar): Tensor1D {
  return inPlace(x, target, share) ?? tf.tidy(() => tf.sub(x, step(x, target, share)));
}

function step(x: Tensor1D, target: Tensor1D, share: number | tf.Scalar): Tensor1D {
  return tf.mul(tf.sub(x, target), share);
}

/** Where it is recorded for TensorFlow: without a second vector for the result. Null elsewhere. */
function inPlace(x: Tensor1D, target: Tensor1D, share: number | tf.Scalar): Tensor1D | null {
  const [variable] = recordedVariables([x]) ?? [];
  if (!variable) return null;
  const change = variable.recorder.sourceOf(step(x, target, share));
  const {tensors} = changeVariables('AssignSubVariableOp', [variable], [change], {dtype: {kind: 'type', value: 1}});
  return tensors[0] as Tensor1D;
}
