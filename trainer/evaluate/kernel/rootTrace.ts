import {CovarianceKernel} from './covarianceKernel.ts';

/**
 * tr (S1 S2)^(1/2) of covariances [size, size] of many features, by the eigenvalues of U S2 U^T with S1 = U^T U, which is symmetric and in whose product
 * nothing is lost that the root would make large. Null where an eigenvalue is clearly negative, so that one of them is no covariance.
 */
export function traceOfRootOfProduct(first: Float64Array, second: Float64Array, size: number): number | null {
  const kernel = new CovarianceKernel(size, 3);
  const count = size * size;
  const [u, other, product] = [count, count, count].map((length) => kernel.allocate(length)) as [
    number,
    number,
    number,
  ];
  const {rank, isTriangular} = factorise(kernel, u, first);
  kernel.doubles(other, count).set(second);
  // Row i of U begins at column i where it is triangular; blocks of rows begin together.
  const from = (row: number) => (isTriangular ? row : 0);
  for (let row = 0; row < rank; row += block) {
    const rows = Math.min(block, rank - row);
    for (let column = 0; column < size; column += block)
      kernel.run.rowProducts(product, u, other, size, row, rows, column, Math.min(block, size - column), from(row));
  }
  // Below the diagonal the longer row of U decides where sums begin.
  for (let row = 0; row < rank; row += block) {
    const rows = Math.min(block, rank - row);
    for (let column = 0; column <= row; column += block)
      kernel.run.rowProducts(other, product, u, size, row, rows, column, Math.min(block, rank - column), from(column));
  }
  const matrix = rank === size ? other : packed(kernel, other, rank);
  return sumOfRoots(kernel.eigenvalues(matrix, rank), (isTriangular ? 4 * Math.sqrt(size) : size) * Number.EPSILON);
}

/** Rows that stay in the processor's cache together. */
const block = 64;

/** U in the memory at `u`, with rows of zeros after its rank: by Cholesky, or where there is no full rank with pivots. */
function factorise(kernel: CovarianceKernel, u: number, matrix: Float64Array): {rank: number; isTriangular: boolean} {
  const {size} = kernel;
  const values = kernel.doubles(u, size * size);
  values.set(matrix);
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, values[i * size + i]!);
  const smallest = largest * size * Number.EPSILON;
  if (kernel.run.cholesky(u, size, smallest) === size) {
    transpose(values, size);
    return {rank: size, isTriangular: true};
  }
  return {rank: pivotedFactor(values, matrix, size, smallest), isTriangular: false};
}

function transpose(values: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      values[j * size + i] = values[i * size + j]!;
      values[i * size + j] = 0;
    }
  }
}

/** Rows of U by the largest diagonal left (Higham 1990), until none is above `smallest`; their number. */
function pivotedFactor(u: Float64Array, matrix: Float64Array, size: number, smallest: number): number {
  u.fill(0);
  const left = Float64Array.from({length: size}, (_, i) => matrix[i * size + i]!);
  for (let rank = 0; rank < size; rank++) {
    const pivot = left.reduce((best, value, i) => (value > left[best]! ? i : best), 0);
    if (!(left[pivot]! > smallest)) return rank;
    const row = u.subarray(rank * size, (rank + 1) * size);
    row.set(matrix.subarray(pivot * size, (pivot + 1) * size));
    for (let before = 0; before < rank; before++) {
      const earlier = u.subarray(before * size, (before + 1) * size);
      const factor = earlier[pivot]!;
      for (let i = 0; i < size; i++) row[i] = row[i]! - factor * earlier[i]!;
    }
    const root = Math.sqrt(row[pivot]!);
    for (let i = 0; i < size; i++) {
      row[i] = row[i]! / root;
      left[i] = left[i]! - row[i]! ** 2;
    }
    left[pivot] = 0;
  }
  return size;
}

/** The first rows and columns with rows of their own length, in the same memory. */
function packed(kernel: CovarianceKernel, address: number, rank: number): number {
  const {size} = kernel;
  const values = kernel.doubles(address, size * size);
  for (let row = 1; row < rank; row++) values.copyWithin(row * rank, row * size, row * size + rank);
  return address;
}

/**
 * Eigenvalues up to `rounding` times the largest count as zero: their roots would be 1e8 times the error. Null where one is clearly
 * negative.
 */
function sumOfRoots(eigenvalues: Float64Array, rounding: number): number | null {
  const largest = eigenvalues.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let sum = 0;
  for (const value of eigenvalues) {
    if (!(value >= -1e-6 * largest)) return null;
    if (value > rounding * largest) sum += Math.sqrt(value);
  }
  return sum;
}
