import {elementCount} from '../store/weights/tensorReader.ts';

/** In-memory shape of a PyTorch file's tensor: [out,in,kh,kw] -> [kh,kw,in,out], [out,in] -> [in,out], others unchanged. */
export function memoryShape(shape: readonly number[]): number[] {
  return permuted(shape, memoryAxes(shape.length));
}

/** PyTorch's shape of an in-memory tensor; the inverse of `memoryShape`. */
export function fileShape(shape: readonly number[]): number[] {
  return permuted(shape, fileAxes(shape.length));
}

/** Values of a tensor with PyTorch shape `shape` in in-memory order: `values` itself where that is the same, else in `into`. */
export function toMemoryOrder(values: Float32Array, shape: readonly number[], into?: Float32Array): Float32Array {
  if (!isReordered(shape)) return values;
  const [outputs = 1, inputs = 1, ...window] = shape;
  const result = into ?? new Float32Array(values.length);
  reorder({outputs, inputs, taps: elementCount(window)}, (memory, file, count, stride) => {
    for (let i = 0; i < count; i++) result[memory + i] = values[file + i * stride] ?? 0;
  });
  return result;
}

/** Values of an in-memory tensor with shape `shape` in PyTorch's order: `values` itself where that is the same. */
export function toFileOrder(values: Float32Array, shape: readonly number[]): Float32Array {
  if (!isReordered(shape)) return values;
  const [outputs = 1, inputs = 1, ...window] = fileShape(shape);
  const result = new Float32Array(values.length);
  reorder({outputs, inputs, taps: elementCount(window)}, (memory, file, count, stride) => {
    for (let i = 0; i < count; i++) result[file + i * stride] = values[memory + i] ?? 0;
  });
  return result;
}

function isReordered({length}: readonly number[]): boolean {
  return length === 2 || length === 4;
}

function memoryAxes(rank: number): number[] {
  return rank === 4 ? [2, 3, 1, 0] : rank === 2 ? [1, 0] : identityAxes(rank);
}

function fileAxes(rank: number): number[] {
  return rank === 4 ? [3, 2, 0, 1] : rank === 2 ? [1, 0] : identityAxes(rank);
}

function identityAxes(rank: number): number[] {
  return Array.from({length: rank}, (_, axis) => axis);
}

function permuted(shape: readonly number[], axes: readonly number[]): number[] {
  return axes.map((axis) => shape[axis] ?? 1);
}

/** Rows and columns of a tile: few enough that both sides of it stay in the processor's cache. */
const tile = 32;

/**
 * Where the elements of [outputs, inputs, taps], as in a file, lie in [taps, inputs, outputs], tile by tile: element i of a run of `count`
 * is at `memory + i` here and at `file + i * stride` there.
 */
function reorder(
  {outputs, inputs, taps}: {readonly outputs: number; readonly inputs: number; readonly taps: number},
  run: (memory: number, file: number, count: number, stride: number) => void,
): void {
  const stride = inputs * taps;
  for (let output = 0; output < outputs; output += tile) {
    const count = Math.min(tile, outputs - output);
    for (let first = 0; first < inputs; first += tile) {
      const end = Math.min(first + tile, inputs);
      for (let tap = 0; tap < taps; tap++) {
        for (let input = first; input < end; input++)
          run((tap * inputs + input) * outputs + output, output * stride + input * taps + tap, count, stride);
      }
    }
  }
}
