import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {ownGradient} from './ownGradient.ts';

/**
 * f(inputs) that keeps nothing but its inputs for the backward pass and computes the rest again there (gradient checkpointing,
 * Chen et al. 2016): less memory for one more forward pass. Gradients reach only what is among the inputs, so `f` must take all
 * trained tensors from there, and must give the same result each time. First derivatives only.
 */
export function recompute<T extends Tensor>(f: (...inputs: Tensor[]) => T, inputs: readonly Tensor[]): T {
  return ownGradient(
    [...inputs],
    (...given: Tensor[]) => ({value: tf.tidy(() => f(...given)), saved: given}),
    (dy, saved: Tensor[]) => gradients(f, saved, dy),
  );
}

/** A gradient within a gradient ends the recording of the outer one unless that is put back. */
function gradients<T extends Tensor>(f: (...inputs: Tensor[]) => T, inputs: Tensor[], dy: T): Tensor[] {
  const {state} = tf.engine();
  const {activeTape, gradientDepth} = state;
  try {
    return tf.grads(f)(inputs, dy);
  } finally {
    Object.assign(state, {activeTape, gradientDepth});
  }
}
