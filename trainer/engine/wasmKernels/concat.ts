import {util, type TensorInfo} from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {copyRun} from './heapRuns.ts';

/** Tensors of one type joined along `axis`, copied within the heap; wasm's own kernel copies a run of channels at a time through views. */
export function concat(inputs: readonly TensorInfo[], axis: number, backend: BackendWasm): TensorInfo {
  const [first] = inputs;
  if (!first) throw new Error('nothing to join');
  const length = inputs.reduce((sum, {shape}) => sum + (shape[axis] ?? 0), 0);
  const shape = first.shape.with(axis, length);
  const out = backend.makeOutput(shape, first.dtype);
  const target = backend.typedArrayFromHeap(out);
  const rows = util.sizeFromShape(shape.slice(0, axis));
  const rowLength = util.sizeFromShape(shape.slice(axis));
  let at = 0;
  for (const input of inputs) {
    const source = backend.typedArrayFromHeap(input);
    const run = util.sizeFromShape(input.shape.slice(axis));
    for (let row = 0; row < rows; row++) copyRun(source, row * run, target, row * rowLength + at, run);
    at += run;
  }
  return out;
}
