/** In-memory shape of a PyTorch file's tensor: [out,in,kh,kw] -> [kh,kw,in,out], [out,in] -> [in,out], others unchanged. */
export function memoryShape(shape: readonly number[]): number[] {
  return permuted(shape, memoryAxes(shape.length));
}

/** PyTorch's shape of an in-memory tensor; the inverse of `memoryShape`. */
export function fileShape(shape: readonly number[]): number[] {
  return permuted(shape, fileAxes(shape.length));
}

/** Values of a tensor with PyTorch shape `shape` in in-memory order. */
export function toMemoryOrder(values: Float32Array, shape: readonly number[]): Float32Array {
  return transpose(values, shape, memoryAxes(shape.length));
}

/** Values of an in-memory tensor with shape `shape` in PyTorch's order. */
export function toFileOrder(values: Float32Array, shape: readonly number[]): Float32Array {
  return transpose(values, shape, fileAxes(shape.length));
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

/** Row-major transpose: axis i of the result is axis axes[i] of the input. Ranks up to 4. */
function transpose(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  if (axes.every((axis, i) => axis === i)) return values;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const [a = 1, b = 1, c = 1, d = 1] = padFront(permuted(shape, axes), 1);
  const [sa = 0, sb = 0, sc = 0, sd = 0] = padFront(permuted(strides, axes), 0);
  const result = new Float32Array(values.length);
  let next = 0;
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        const row = i * sa + j * sb + k * sc;
        for (let l = 0; l < d; l++) result[next++] = values[row + l * sd] ?? 0;
      }
    }
  }
  return result;
}

function padFront(values: readonly number[], filler: number): number[] {
  return [...Array.from({length: 4 - values.length}, () => filler), ...values];
}
