import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';

/** A tensor's memory in wasm's heap, of whatever type it is: a copy does not look at the values. */
export type Values = Int32Array | Uint8Array;

/** Runs of values, `step` apart and the first at `start`. */
export interface Runs {
  readonly values: Values;
  readonly start: number;
  readonly step: number;
}

/** From this length on a typed array's own copy costs less than a loop; for the few channels of a pixel it costs more. */
const longRun = 64;

export function heapValues(backend: BackendWasm, tensor: TensorInfo): Values {
  const values = backend.typedArrayFromHeap(tensor);
  // One type of array for both types of four bytes keeps the loops below fast, and a NaN's bits as they are.
  return values instanceof Float32Array ? new Int32Array(values.buffer, values.byteOffset, values.length) : values;
}

/** Copies `count` runs of `length` values each. */
export function copyRuns(source: Runs, target: Runs, length: number, count: number): void {
  if (length > longRun) copyLongRuns(source, target, length, count);
  else copyShortRuns(source, target, length, count);
}

function copyLongRuns(source: Runs, target: Runs, length: number, count: number): void {
  for (let run = 0; run < count; run++) {
    const from = source.start + run * source.step;
    target.values.set(source.values.subarray(from, from + length), target.start + run * target.step);
  }
}

function copyShortRuns(source: Runs, target: Runs, length: number, count: number): void {
  const [given, made] = [source.values, target.values];
  const [givenStep, madeStep] = [source.step, target.step];
  for (let run = 0, from = source.start, to = target.start; run < count; run++, from += givenStep, to += madeStep) {
    for (let i = 0; i < length; i++) made[to + i] = given[from + i] as number;
  }
}
