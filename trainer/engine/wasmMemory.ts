import * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {UserError} from '../contract/errors.ts';

/**
 * Bytes of tensors that the wasm engine may hold. Its memory ends at 4 GiB, and beyond that an allocation does not fail but
 * corrupts other tensors; the rest is for what its kernels allocate on the side and for gaps.
 */
export const wasmMemoryLimit = 3 * 2 ** 30;

/** Bytes by data, because `tf.memory().numBytes` counts data once for each tensor that shares them (clones, reshapes). */
const sizes = new Map<object, number>();
let held = 0;

/** Bytes of tensor data in the memory of the wasm engine. */
export function wasmBytes(): number {
  return held;
}

/** Throws a UserError when wasm is the engine and its tensors, with `more` bytes to come, pass the limit. */
export function checkWasmMemory(more = 0): void {
  if (tf.getBackend() === 'wasm') refuseBeyondLimit(more);
}

/** Has each allocation counted and checked before it is made, because a single step may pass the limit and come back. */
export function guardAllocations(backend: BackendWasm): void {
  const place = backend.move.bind(backend);
  const dispose = backend.disposeData.bind(backend);
  backend.move = (dataId, values, shape, dtype, refCount) => {
    // Strings stay outside wasm's memory.
    const bytes = dtype === 'string' ? 0 : tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    refuseBeyondLimit(bytes);
    place(dataId, values, shape, dtype, refCount);
    sizes.set(dataId, bytes);
    held += bytes;
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

function refuseBeyondLimit(more: number): void {
  const bytes = held + more;
  if (bytes <= wasmMemoryLimit) return;
  const limit = `${gibibytes(wasmMemoryLimit)} GiB is its limit`;
  throw new UserError(
    'engine-memory',
    `The wasm engine would need ${gibibytes(bytes)} GiB for tensors, and ${limit}.`,
    {
      hint: 'Choose a smaller batch (with more accumulation steps) or a smaller model, or use the engine tensorflow.',
    },
  );
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(2);
}
