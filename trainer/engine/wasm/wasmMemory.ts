import * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {UserError} from '../../contract/errors.ts';
import {gigabytes} from '../../contract/gigabytes.ts';
import {wasmModule} from './wasmModule.ts';

/**
 * Bytes of tensors that the wasm engine may hold, and that its heap may have with the gaps between them. Its memory ends at 4 GiB,
 * and beyond that an allocation does not fail but corrupts other tensors; the rest is for what its kernels allocate on the side.
 */
export const wasmMemoryLimit = 3 * 2 ** 30;

/** Bytes by data, because `tf.memory().numBytes` counts data once for each tensor that shares them (clones, reshapes). */
const sizes = new Map<object, number>();
let held = 0;

/** Bytes of tensor data in the memory of the wasm engine. */
export function wasmBytes(): number {
  return held;
}

/** Throws a UserError when wasm is the engine and its tensors, with `more` bytes to come, or its heap pass the limit. */
export function checkWasmMemory(more = 0): void {
  if (tf.getBackend() === 'wasm') refuseBeyondLimit(tf.backend() as BackendWasm, more);
}

/** Counts and checks each allocation, before and after it is made, because memory may exceed the limit within a single step. */
export function guardAllocations(backend: BackendWasm): void {
  const place = backend.move.bind(backend);
  const dispose = backend.disposeData.bind(backend);
  backend.move = (dataId, values, shape, dtype, refCount) => {
    // Strings stay outside wasm's memory.
    const bytes = dtype === 'string' ? 0 : tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    refuseBeyondLimit(backend, bytes);
    place(dataId, values, shape, dtype, refCount);
    sizes.set(dataId, bytes);
    held += bytes;
    refuseGrownHeap(backend, () => backend.disposeData(dataId, true));
  };
  backend.disposeData = (dataId, force) => {
    const isFreed = dispose(dataId, force);
    if (isFreed) {
      held -= sizes.get(dataId) ?? 0;
      sizes.delete(dataId);
    }
    return isFreed;
  };
}

function refuseBeyondLimit(backend: BackendWasm, more: number): void {
  const bytes = held + more;
  if (bytes > wasmMemoryLimit) throw outOfMemory(`The wasm engine would need ${gigabytes(bytes)} for tensors`);
  refuseGrownHeap(backend);
}

/** The heap never shrinks, so a heap that is too large stays so; `undo` frees what made it grow. */
function refuseGrownHeap(backend: BackendWasm, undo?: () => void): void {
  const heap = wasmModule(backend).HEAPU8.length;
  if (heap <= wasmMemoryLimit) return;
  undo?.();
  throw outOfMemory(
    `The memory of the wasm engine has grown to ${gigabytes(heap)}, ${gigabytes(held)} of them tensors and the rest gaps`,
  );
}

function outOfMemory(what: string): UserError {
  return new UserError('engine-memory', `${what}, and ${gigabytes(wasmMemoryLimit)} is its limit.`, {
    hint: 'Choose a smaller batch (with more accumulation steps) or a smaller model, or use the engine tensorflow.',
  });
}
