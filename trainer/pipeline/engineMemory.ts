import type {EngineName} from '../contract/engineInfo.ts';

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
  tensorflow: {base: 0.55e9, vectors: {always: 7.5, ema: 0.6, teacher: 0.7, accumulation: 1.2}, activations: 1.7},
  // With the gaps in its heap, half as much again as the tensors. Nothing is recorded, so intermediate results live to the end.
  wasm: {base: 0.15e9, vectors: {always: 16, ema: 2, teacher: 1.5, accumulation: 1.5}, activations: 10.5},
  // As wasm; not measured.
  webgpu: {base: 0.3e9, vectors: {always: 16, ema: 2, teacher: 1.5, accumulation: 1.5}, activations: 10.5},
};

/** Bytes on the host of a process that computes on a GPU: CUDA's libraries and what they prepare. Not measured. */
const cudaBase = 3e9;

/** The memory of training with this engine. */
export function engineMemory({name, device}: {name: EngineName; device: 'CPU' | 'GPU'}): EngineMemory {
  const memory = onHost[name];
  return name === 'tensorflow' && device === 'GPU' ? {...memory, base: cudaBase} : memory;
}

/** Bytes that WebAssembly can address, whatever the machine has. */
export const wasmHeap = 2 ** 32;
