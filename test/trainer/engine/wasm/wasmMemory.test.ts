import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {beforeAll, describe, expect, it} from 'vitest';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {
  checkWasmMemory,
  guardAllocations,
  wasmBytes,
  wasmMemoryLimit,
} from '../../../../trainer/engine/wasm/wasmMemory.ts';
import {textContaining} from '../../../helpers/textContaining.ts';

describe('the memory limit of the wasm engine', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('is told before it is passed, counting the tensors that are there', () => {
    const used = wasmBytes();
    const tensor = tf.zeros([1024]);
    expect(wasmBytes()).toBe(used + 4096);
    expect(() => checkWasmMemory()).not.toThrow();
    expect(() => checkWasmMemory(wasmMemoryLimit - used - 4096)).not.toThrow();
    expect(() => checkWasmMemory(wasmMemoryLimit - used - 4095)).toThrow(UserError);
    tensor.dispose();
    expect(() => checkWasmMemory(wasmMemoryLimit - used - 4095)).not.toThrow();
  });

  it('counts data that tensors share once, until the last of them is gone', async () => {
    const used = wasmBytes();
    const original = tf.tensor1d([1, 2, 3, 4]);
    const clone = tf.clone(original);
    const reshaped = tf.reshape(original, [2, 2]);
    expect(wasmBytes()).toBe(used + 16);
    tf.dispose([original, reshaped]);
    expect(wasmBytes()).toBe(used + 16);
    expect([...(await clone.data())]).toEqual([1, 2, 3, 4]);
    clone.dispose();
    expect(wasmBytes()).toBe(used);
  });

  it('stops the operation whose result would pass it, and allocates nothing', () => {
    const used = wasmBytes();
    const tensors = tf.memory().numTensors;
    // 2^30 elements, 4 GiB.
    const fill = () => tf.tidy(() => tf.fill([2 ** 15, 2 ** 15], 1));
    expect(fill).toThrow(expect.objectContaining({code: 'engine-memory', hint: textContaining('smaller batch')}));
    expect(wasmBytes()).toBe(used);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('stops at a heap of that size, however few of its bytes are tensors', () => {
    const used = wasmBytes();
    const heap = {HEAPU8: {length: wasmMemoryLimit - 1000}};
    const freed: object[] = [];
    const backend = {
      wasm: heap,
      // As where no gap is large enough.
      move: (_: object, __: null, [size = 0]: number[]) => (heap.HEAPU8.length += 4 * size),
      disposeData: (dataId: object) => freed.push(dataId) > 0,
    } as unknown as BackendWasm;
    guardAllocations(backend);
    const allocate = (dataId: object, size: number) => () => backend.move(dataId, null, [size], 'float32', 1);
    const [fits, grows, follows] = [{}, {}, {}];
    expect(allocate(fits, 250)).not.toThrow();
    const expectStop = (allocation: () => void) => {
      const message = textContaining('3.22 GB, 0.00 GB of');
      expect(allocation).toThrow(expect.objectContaining({code: 'engine-memory', message}));
    };
    expectStop(allocate(grows, 250));
    expect(freed).toEqual([grows]);
    expect(wasmBytes()).toBe(used + 1000);
    // It never shrinks again, so that nothing more may be placed.
    expectStop(allocate(follows, 1));
    backend.disposeData(fits);
    expect(wasmBytes()).toBe(used);
  });

  it('does not concern other backends', async () => {
    await tf.setBackend('cpu');
    expect(() => checkWasmMemory(2 * wasmMemoryLimit)).not.toThrow();
    await tf.setBackend('wasm');
  });
});
