import type {EngineName} from '../../contract/engine/engineInfo.ts';

/** What of the memory of a training process depends on the engine. */
export interface EngineMemory {
  /** Bytes of a process that has started the engine and computed nothing. */
  readonly base: number;
  /** Vectors of the size of the network that are alive at the peak of an update, and what each of these adds to them. */
  readonly vectors: {
    readonly always: number;
    readonly ema: number;
    readonly teacher: number;
    readonly accumulation: number;
  };
  /** Bytes of activations at the peak for each byte that the gradient needs. */
  readonly activations: number;
}

/** Fitted to the high-water marks of trainings of 0.2 and 36 million parameters with batches from 1 to 64, on Linux. */
const onHost: Readonly<Record<EngineName, EngineMemory>> = {
  // With what a checkpoint reads back, seven vectors at the most, whether there are a moving average and a teacher or not.
  tensorflow: {base: 0.4e9, vectors: {always: 3, ema: 0, teacher: 0, accumulation: 2}, activations: 1},
  // With the gaps in its heap. Nothing is recorded, so the gradients of intermediate results live to the end of the way back.
  wasm: {base: 0.15e9, vectors: {always: 11, ema: 0.7, teacher: 1.5, accumulation: 0}, activations: 3},
  // As wasm; not measured.
  webgpu: {base: 0.3e9, vectors: {always: 11, ema: 0.7, teacher: 1.5, accumulation: 0}, activations: 3},
};

/** On a GPU: on the host, CUDA's libraries and what they prepare; in its own memory all that lives at the peak of an update. Not measured. */
const onCuda: EngineMemory = {
  base: 3e9,
  vectors: {always: 7.5, ema: 0.6, teacher: 0.7, accumulation: 1.2},
  activations: 1.7,
};

/** The memory of training with this engine. */
export function engineMemory({name, device}: {name: EngineName; device: 'CPU' | 'GPU'}): EngineMemory {
  return name === 'tensorflow' && device === 'GPU' ? onCuda : onHost[name];
}

/** Bytes that the wasm engine lets its heap have, whatever the machine has. */
export const wasmHeap = 3 * 2 ** 30;
