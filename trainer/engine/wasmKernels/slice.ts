import type * as tf from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {copyRun} from './heapRuns.ts';

/**
 * A part of a tensor, copied within the heap. wasm's own kernel first copies the whole input out of the heap, for every
 * slice, so that taking a batch apart costs its square.
 */
export function slice(x: tf.TensorInfo, begin: number[], size: number[], backend: BackendWasm): tf.TensorInfo {
  const out = backend.makeOutput(size, x.dtype);
  const [source, target] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
  const {rows, run, offsets} = sliceRuns(x.shape, begin, size);
  for (let row = 0; row < rows; row++) copyRun(source, offsets[row] ?? 0, target, row * run, run);
  return out;
}

/** The longest contiguous runs that make up the slice, and where each starts in x. */
function sliceRuns(
  shape: number[],
  begin: number[],
  size: number[],
): {rows: number; run: number; offsets: Float64Array} {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  let axis = shape.length;
  let run = 1;
  while (axis > 0 && (axis === shape.length || size[axis] === shape[axis])) run *= size[--axis] ?? 1;
  const rows = size.slice(0, axis).reduce((product, length) => product * length, 1);
  const first = begin.reduce((offset, at, i) => offset + at * (strides[i] ?? 1), 0);
  const offsets = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let [rest, offset] = [row, first];
    for (let i = axis - 1; i >= 0; i--) {
      offset += (rest % (size[i] ?? 1)) * (strides[i] ?? 1);
      rest = Math.floor(rest / (size[i] ?? 1));
    }
    offsets[row] = offset;
  }
  return {rows, run, offsets};
}
