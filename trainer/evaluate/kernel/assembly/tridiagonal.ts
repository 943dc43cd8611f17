// Householder's reduction of a symmetric matrix to a tridiagonal one, in panels as LAPACK's dsytrd: only the lower triangle is read and changed.

import {addScaled, dot} from './vectors';

/** p = A v for the rows and columns from `start` on, by the lower triangle: each row is read once, for its own product and for those of its columns. */
function symmetricProduct(p: usize, matrix: usize, v: usize, size: usize, start: usize): void {
  const stride = size << 3;
  for (let i = start; i < size; i++) store<f64>(p + (i << 3), 0);
  for (let i = start; i < size; i++) {
    const row = matrix + i * stride;
    const factor = load<f64>(v + (i << 3));
    const scale = f64x2.splat(factor);
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let k = start;
    for (; k + 4 <= i; k += 4) {
      const at = k << 3;
      const a0 = v128.load(row + at);
      const a1 = v128.load(row + at, 16);
      s0 = f64x2.add(s0, f64x2.mul(a0, v128.load(v + at)));
      s1 = f64x2.add(s1, f64x2.mul(a1, v128.load(v + at, 16)));
      v128.store(p + at, f64x2.add(v128.load(p + at), f64x2.mul(a0, scale)));
      v128.store(p + at, f64x2.add(v128.load(p + at, 16), f64x2.mul(a1, scale)), 16);
    }
    s0 = f64x2.add(s0, s1);
    let sum = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
    for (; k < i; k++) {
      const at = k << 3;
      const value = load<f64>(row + at);
      sum += value * load<f64>(v + at);
      store<f64>(p + at, load<f64>(p + at) + value * factor);
    }
    const diagonal = load<f64>(row + (i << 3));
    store<f64>(p + (i << 3), load<f64>(p + (i << 3)) + sum + diagonal * factor);
  }
}

/** a[i, j] -= sum over the panel of v_i w_j + w_i v_j, for i >= j >= start. */
function updateTriangle(matrix: usize, vs: usize, ws: usize, size: usize, start: usize, columns: usize): void {
  const stride = size << 3;
  for (let i = start; i < size; i++) {
    const row = matrix + i * stride;
    const count = i + 1 - start;
    for (let b: usize = 0; b < columns; b += 2) {
      const v0 = vs + b * stride;
      const w0 = ws + b * stride;
      const isPair = b + 1 < columns;
      const v1 = isPair ? v0 + stride : v0;
      const w1 = isPair ? w0 + stride : w0;
      const at = i << 3;
      const fv0 = load<f64>(v0 + at);
      const fw0 = load<f64>(w0 + at);
      const fv1 = isPair ? load<f64>(v1 + at) : 0;
      const fw1 = isPair ? load<f64>(w1 + at) : 0;
      const sv0 = f64x2.splat(fv0);
      const sw0 = f64x2.splat(fw0);
      const sv1 = f64x2.splat(fv1);
      const sw1 = f64x2.splat(fw1);
      let k: usize = 0;
      for (; k + 2 <= count; k += 2) {
        const j = (start + k) << 3;
        const first = f64x2.add(f64x2.mul(sv0, v128.load(w0 + j)), f64x2.mul(sw0, v128.load(v0 + j)));
        const second = f64x2.add(f64x2.mul(sv1, v128.load(w1 + j)), f64x2.mul(sw1, v128.load(v1 + j)));
        v128.store(row + j, f64x2.sub(v128.load(row + j), f64x2.add(first, second)));
      }
      for (; k < count; k++) {
        const j = (start + k) << 3;
        const first = fv0 * load<f64>(w0 + j) + fw0 * load<f64>(v0 + j);
        const second = fv1 * load<f64>(w1 + j) + fw1 * load<f64>(v1 + j);
        store<f64>(row + j, load<f64>(row + j) - (first + second));
      }
    }
  }
}

/**
 * Diagonal [size] and subdiagonal [size - 1] of a tridiagonal matrix with the eigenvalues of the symmetric one whose lower triangle is given, which is lost.
 * `panel` has room for 2 x columns x size numbers, `column` for size.
 */
export function tridiagonalise(
  matrix: usize,
  size: usize,
  diagonal: usize,
  subdiagonal: usize,
  panel: usize,
  columns: usize,
  column: usize,
): void {
  const stride = size << 3;
  const vs = panel;
  const ws = panel + columns * stride;
  let start: usize = 0;
  while (start < size) {
    const count = min(columns, size - start);
    for (let b: usize = 0; b < count; b++) {
      const c = start + b;
      // Column c from the diagonal on, after the steps of this panel.
      for (let i = c; i < size; i++) store<f64>(column + (i << 3), load<f64>(matrix + i * stride + (c << 3)));
      for (let q: usize = 0; q < b; q++) {
        const v = vs + q * stride;
        const w = ws + q * stride;
        addScaled(column + (c << 3), v + (c << 3), -load<f64>(w + (c << 3)), size - c);
        addScaled(column + (c << 3), w + (c << 3), -load<f64>(v + (c << 3)), size - c);
      }
      store<f64>(diagonal + (c << 3), load<f64>(column + (c << 3)));
      const v = vs + b * stride;
      const w = ws + b * stride;
      // Above c + 1 the vectors are 0, also where updates read them.
      for (let i: usize = 0; i < size; i++) {
        store<f64>(v + (i << 3), 0);
        store<f64>(w + (i << 3), 0);
      }
      const next = c + 1;
      if (next >= size) continue;
      const x = column + (next << 3);
      const alpha = load<f64>(x);
      const norm = Math.sqrt(dot(x, x, size - next));
      if (norm == 0) {
        store<f64>(subdiagonal + (c << 3), 0);
        continue;
      }
      const beta = alpha > 0 ? -norm : norm;
      store<f64>(subdiagonal + (c << 3), beta);
      const tau = (beta - alpha) / beta;
      const scale = 1 / (alpha - beta);
      for (let i = next; i < size; i++) store<f64>(v + (i << 3), load<f64>(column + (i << 3)) * scale);
      store<f64>(v + (next << 3), 1);
      symmetricProduct(w, matrix, v, size, next);
      const rest = size - next;
      const tail = next << 3;
      for (let q: usize = 0; q < b; q++) {
        const otherV = vs + q * stride + tail;
        const otherW = ws + q * stride + tail;
        const byW = dot(otherW, v + tail, rest);
        const byV = dot(otherV, v + tail, rest);
        addScaled(w + tail, otherV, -byW, rest);
        addScaled(w + tail, otherW, -byV, rest);
      }
      const half = -0.5 * tau * tau * dot(w + tail, v + tail, rest);
      for (let i = next; i < size; i++) {
        const at = i << 3;
        store<f64>(w + at, tau * load<f64>(w + at) + half * load<f64>(v + at));
      }
    }
    start += count;
    if (start < size) updateTriangle(matrix, vs, ws, size, start, count);
  }
}
