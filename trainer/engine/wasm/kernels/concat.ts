import {util, type TensorInfo} from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {copyRuns, heapValues} from './heapRuns.ts';

/** Tensors of one type joined along `axis`, copied within the heap; wasm's own kernel copies a run of channels at a time through views. */
export function concat(inputs: readonly TensorInfo[], axis: number, backend: BackendWasm): TensorInfo {
  const [first] = inputs;
  if (!first) throw new Error('nothing to join');
  const length = inputs.reduce((sum, {shape}) => sum + (shape[axis] ?? 0), 0);
  const shape = first.shape.with(axis, length);
  const out = backend.makeOutput(shape, first.dtype);
  const target = {values: heapValues(backend, out), step: util.sizeFromShape(shape.slice(axis))};
  const rows = util.sizeFromShape(shape.slice(0, axis));
  let start = 0;
  for (const input of inputs) {
    const run = util.sizeFromShape(input.shape.slice(axis));
    copyRuns({values: heapValues(backend, input), start: 0, step: run}, {...target, start}, run, rows);
    start += run;
  }
  return out;
}
