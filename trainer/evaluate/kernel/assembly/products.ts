// Dot products of rows in double, in blocks of 4 x 4 rows that stay in registers. Sums run over even and odd positions apart.

import {dot} from './vectors';

function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * out[i, j] = sum over k in [from, size) of a[i, k] b[j, k], for rows [rowA, rowA + countA) of a and [rowB, rowB + countB) of b; all matrices have `size`
 * columns. `from` is even.
 */
export function rowProducts(
  out: usize,
  a: usize,
  b: usize,
  size: usize,
  rowA: usize,
  countA: usize,
  rowB: usize,
  countB: usize,
  from: usize,
): void {
  const stride = size << 3;
  const length = size - from;
  let i: usize = 0;
  for (; i + 4 <= countA; i += 4) {
    const a0 = a + (rowA + i) * stride + (from << 3);
    const a1 = a0 + stride;
    const a2 = a1 + stride;
    const a3 = a2 + stride;
    let j: usize = 0;
    for (; j + 2 <= countB; j += 2) {
      const b0 = b + (rowB + j) * stride + (from << 3);
      const b1 = b0 + stride;
      let s00 = f64x2.splat(0);
      let s01 = f64x2.splat(0);
      let s10 = f64x2.splat(0);
      let s11 = f64x2.splat(0);
      let s20 = f64x2.splat(0);
      let s21 = f64x2.splat(0);
      let s30 = f64x2.splat(0);
      let s31 = f64x2.splat(0);
      const even = length & ~1;
      for (let at: usize = 0; at < even << 3; at += 16) {
        const x = v128.load(b0 + at);
        const y = v128.load(b1 + at);
        let row = v128.load(a0 + at);
        s00 = f64x2.add(s00, f64x2.mul(row, x));
        s01 = f64x2.add(s01, f64x2.mul(row, y));
        row = v128.load(a1 + at);
        s10 = f64x2.add(s10, f64x2.mul(row, x));
        s11 = f64x2.add(s11, f64x2.mul(row, y));
        row = v128.load(a2 + at);
        s20 = f64x2.add(s20, f64x2.mul(row, x));
        s21 = f64x2.add(s21, f64x2.mul(row, y));
        row = v128.load(a3 + at);
        s30 = f64x2.add(s30, f64x2.mul(row, x));
        s31 = f64x2.add(s31, f64x2.mul(row, y));
      }
      let o = out + (rowA + i) * stride + ((rowB + j) << 3);
      const last = even << 3;
      const isOdd = even < length;
      const x = isOdd ? load<f64>(b0 + last) : 0;
      const y = isOdd ? load<f64>(b1 + last) : 0;
      store<f64>(o, total(s00) + (isOdd ? load<f64>(a0 + last) * x : 0));
      store<f64>(o + 8, total(s01) + (isOdd ? load<f64>(a0 + last) * y : 0));
      o += stride;
      store<f64>(o, total(s10) + (isOdd ? load<f64>(a1 + last) * x : 0));
      store<f64>(o + 8, total(s11) + (isOdd ? load<f64>(a1 + last) * y : 0));
      o += stride;
      store<f64>(o, total(s20) + (isOdd ? load<f64>(a2 + last) * x : 0));
      store<f64>(o + 8, total(s21) + (isOdd ? load<f64>(a2 + last) * y : 0));
      o += stride;
      store<f64>(o, total(s30) + (isOdd ? load<f64>(a3 + last) * x : 0));
      store<f64>(o + 8, total(s31) + (isOdd ? load<f64>(a3 + last) * y : 0));
    }
    for (; j < countB; j++) {
      const row = b + (rowB + j) * stride + (from << 3);
      const o = out + (rowA + i) * stride + ((rowB + j) << 3);
      store<f64>(o, dot(a0, row, length));
      store<f64>(o + stride, dot(a1, row, length));
      store<f64>(o + 2 * stride, dot(a2, row, length));
      store<f64>(o + 3 * stride, dot(a3, row, length));
    }
  }
  for (; i < countA; i++) {
    for (let j: usize = 0; j < countB; j++) {
      const at = (rowA + i) * stride;
      const row = b + (rowB + j) * stride + (from << 3);
      store<f64>(out + at + ((rowB + j) << 3), dot(a + at + (from << 3), row, length));
    }
  }
}

/**
 * The lower triangle of a symmetric matrix becomes L with L L^T = it, row by row; entries above the diagonal become 0. Stops at a pivot that is not above
 * `smallest` and gives its number; `size` where there is none.
 */
export function cholesky(matrix: usize, size: usize, smallest: f64): usize {
  const stride = size << 3;
  for (let i: usize = 0; i < size; i++) {
    // The part that needs no row of the same four, four rows at once.
    if (i % 4 == 0 && i + 4 <= size) solveFour(matrix, stride, i);
    const row = matrix + i * stride;
    const solved = (i & ~3) + 4 <= size ? i & ~3 : 0;
    for (let j = solved; j < i; j++) {
      const other = matrix + j * stride;
      const value = load<f64>(row + (j << 3)) - dot(row, other, j);
      store<f64>(row + (j << 3), value / load<f64>(other + (j << 3)));
    }
    const pivot = load<f64>(row + (i << 3)) - dot(row, row, i);
    if (!(pivot > smallest)) return i;
    store<f64>(row + (i << 3), Math.sqrt(pivot));
    for (let j = i + 1; j < size; j++) store<f64>(row + (j << 3), 0);
  }
  return size;
}

/** Entries left of column `first` of the rows from `first` on, four of them. */
function solveFour(matrix: usize, stride: usize, first: usize): void {
  const r0 = matrix + first * stride;
  const r1 = r0 + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  for (let j: usize = 0; j < first; j++) {
    const other = matrix + j * stride;
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    const even = j & ~1;
    for (let at: usize = 0; at < even << 3; at += 16) {
      const x = v128.load(other + at);
      s0 = f64x2.add(s0, f64x2.mul(v128.load(r0 + at), x));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(r1 + at), x));
      s2 = f64x2.add(s2, f64x2.mul(v128.load(r2 + at), x));
      s3 = f64x2.add(s3, f64x2.mul(v128.load(r3 + at), x));
    }
    const last = even << 3;
    const x = even < j ? load<f64>(other + last) : 0;
    const pivot = load<f64>(other + (j << 3));
    const at = j << 3;
    store<f64>(r0 + at, (load<f64>(r0 + at) - total(s0) - (even < j ? load<f64>(r0 + last) * x : 0)) / pivot);
    store<f64>(r1 + at, (load<f64>(r1 + at) - total(s1) - (even < j ? load<f64>(r1 + last) * x : 0)) / pivot);
    store<f64>(r2 + at, (load<f64>(r2 + at) - total(s2) - (even < j ? load<f64>(r2 + last) * x : 0)) / pivot);
    store<f64>(r3 + at, (load<f64>(r3 + at) - total(s3) - (even < j ? load<f64>(r3 + last) * x : 0)) / pivot);
  }
}
