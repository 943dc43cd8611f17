import type * as tf from '@tensorflow/tfjs-core';

/** One function of a program: pure in its tensors, and with the same operations and shapes at every call. */
export interface ProgramFunction {
  /** Tensors of the shapes and types that it will be called with. */
  readonly examples: readonly tf.Tensor[];
  /** Runs inside a tidy. A state tensor that does not change may be returned as it is. */
  body(
    state: readonly tf.Tensor[],
    inputs: readonly tf.Tensor[],
  ): {state: readonly tf.Tensor[]; outputs: readonly tf.Tensor[]};
}

/** Functions over tensors that stay on the device between calls. */
export interface Program {
  /** Runs one function and keeps its new state; the outputs are the caller's. */
  run(name: string, inputs: readonly tf.Tensor[]): tf.Tensor[];
  /** The state as tensors of the caller. */
  state(): tf.Tensor[];
  dispose(): void;
}
