import * as tf from '@tensorflow/tfjs-core';
import type {Program, ProgramFunction} from './program.ts';
import type {TensorflowBackend} from './tensorflow/graph/tensorflowBackend.ts';
import {createTensorflowProgram} from './tensorflow/graph/tensorflowProgram.ts';

export interface ProgramOptions {
  /**
   * Tensors that the functions use without being given them. Those that wait on the host would be recorded as constants and else as
   * variables, which compute the same but for the last bit: named here, they are always variables.
   */
  readonly captured?: readonly tf.Tensor[];
}

/**
 * A program that starts with `initial`, which stays the caller's. Tensors that the functions use without being given them are taken as
 * they are now. On the tensorflow engine each function becomes a graph that TensorFlow runs as a whole; elsewhere it runs as it stands.
 */
export function createProgram(
  initial: readonly tf.Tensor[],
  functions: Readonly<Record<string, ProgramFunction>>,
  {captured = []}: ProgramOptions = {},
): Program {
  if (tf.getBackend() !== 'tensorflow') return createPlainProgram(initial, functions);
  return createTensorflowProgram(tf.backend() as unknown as TensorflowBackend, initial, functions, captured);
}

function createPlainProgram(
  initial: readonly tf.Tensor[],
  functions: Readonly<Record<string, ProgramFunction>>,
): Program {
  let current = initial.map(owned);
  return {
    run(name, inputs) {
      const called = functions[name];
      if (called === undefined) throw new Error(`the program has no function ${name}`);
      const {state, outputs} = tf.tidy(() => {
        const made = called.body(current, inputs);
        const state = made.state.map((tensor, i) => (tensor === current[i] ? tensor : owned(tensor)));
        return {state, outputs: made.outputs.map((tensor) => tf.clone(tensor))};
      });
      tf.dispose(current.filter((tensor, i) => tensor !== state[i]));
      current = state;
      return outputs;
    },
    state: () => current.map((tensor) => tf.clone(tensor)),
    dispose: () => tf.dispose(current),
  };
}

/** Another tensor for the same memory, which the surrounding tidy does not free. */
function owned(tensor: tf.Tensor): tf.Tensor {
  return tf.keep(tf.clone(tensor));
}
