import {util, type TensorInfo} from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {copyRuns, heapValues} from './heapRuns.ts';

/**
 * A part of a tensor, copied within the heap. wasm's own kernel first copies the whole input out of the heap, for every
 * slice, so that taking a batch apart costs its square.
 */
export function slice(x: TensorInfo, begin: number[], size: number[], backend: BackendWasm): TensorInfo {
  const out = backend.makeOutput(size, x.dtype);
  const [source, target] = [heapValues(backend, x), heapValues(backend, out)];
  const strides = stridesOf(x.shape);
  const {lead, count, length, step} = evenRuns(x.shape, size);
  let to = 0;
  const copyBox = (axis: number, from: number): void => {
    if (axis === lead) {
      copyRuns({values: source, start: from, step}, {values: target, start: to, step: length}, length, count);
      to += count * length;
    } else {
      for (let i = 0; i < (size[axis] ?? 0); i++) copyBox(axis + 1, from + i * (strides[axis] ?? 1));
    }
  };
  copyBox(
    0,
    begin.reduce((offset, at, axis) => offset + at * (strides[axis] ?? 1), 0),
  );
  return out;
}

/**
 * A box of this size as runs of values that lie side by side: from axis `lead` on, the box is `count` runs of the same length, one
 * every `step` values.
 */
function evenRuns(shape: readonly number[], size: readonly number[]) {
  const isCut = (length: number, axis: number) => length !== size[axis];
  const run = Math.max(0, shape.findLastIndex(isCut));
  const lead = Math.max(0, shape.slice(0, run).findLastIndex(isCut));
  return {
    lead,
    count: util.sizeFromShape(size.slice(lead, run)),
    length: util.sizeFromShape(size.slice(run)),
    step: util.sizeFromShape(shape.slice(run)),
  };
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => util.sizeFromShape(shape.slice(axis + 1)));
}
