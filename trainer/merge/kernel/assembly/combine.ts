// Sums of task vectors. `table` holds the addresses of one buffer an expert, `weights` their float32 weights.

/**
 * out = base + sum_i w_i (expert_i - base), in the order of `v + sum(w * (e - v) for ...)` in PyTorch, each operation rounded to float32:
 * the same bits.
 */
export function linear(out: usize, base: usize, table: usize, weights: usize, experts: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 16) {
    const at = i << 2;
    const b0 = v128.load(base + at);
    const b1 = v128.load(base + at, 16);
    const b2 = v128.load(base + at, 32);
    const b3 = v128.load(base + at, 48);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    for (let k: usize = 0; k < experts; k++) {
      const from = <usize>load<u32>(table + (k << 2)) + at;
      const weight = v128.load_splat<u32>(weights + (k << 2));
      s0 = f32x4.add(s0, f32x4.mul(weight, f32x4.sub(v128.load(from), b0)));
      s1 = f32x4.add(s1, f32x4.mul(weight, f32x4.sub(v128.load(from, 16), b1)));
      s2 = f32x4.add(s2, f32x4.mul(weight, f32x4.sub(v128.load(from, 32), b2)));
      s3 = f32x4.add(s3, f32x4.mul(weight, f32x4.sub(v128.load(from, 48), b3)));
    }
    v128.store(out + at, f32x4.add(b0, s0));
    v128.store(out + at, f32x4.add(b1, s1), 16);
    v128.store(out + at, f32x4.add(b2, s2), 32);
    v128.store(out + at, f32x4.add(b3, s3), 48);
  }
}

/** expert = expert - base, in place. */
export function toTask(expert: usize, base: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 4) {
    const at = i << 2;
    v128.store(expert + at, f32x4.sub(v128.load(expert + at), v128.load(base + at)));
  }
}

/** out = baseScale base + lambda sum_i w_i task_i. */
export function addTasks(
  out: usize,
  base: usize,
  table: usize,
  weights: usize,
  experts: usize,
  baseScale: f32,
  lambda: f32,
  count: usize,
): void {
  for (let i: usize = 0; i < count; i += 4) {
    const at = i << 2;
    let sum = f32x4.splat(0);
    for (let k: usize = 0; k < experts; k++) {
      const task = v128.load(<usize>load<u32>(table + (k << 2)) + at);
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<u32>(weights + (k << 2)), task));
    }
    const scaled = f32x4.mul(f32x4.splat(baseScale), v128.load(base + at));
    v128.store(out + at, f32x4.add(scaled, f32x4.mul(f32x4.splat(lambda), sum)));
  }
}

/**
 * out = base + lambda times the sum (or, where `isMean`, the weighted mean) of those w_i task_i whose sign is that of sum_i w_i task_i: the
 * sign election and disjoint merge of TIES. The sign of a tie is taken as positive; zeros take no part.
 */
export function addElected(
  out: usize,
  base: usize,
  table: usize,
  weights: usize,
  experts: usize,
  lambda: f32,
  isMean: bool,
  count: usize,
): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < count; i += 4) {
    const at = i << 2;
    let sum = zero;
    for (let k: usize = 0; k < experts; k++) sum = f32x4.add(sum, weighted(table, weights, k, at));
    const isNegative = f32x4.lt(sum, zero);
    let elected = zero;
    let mass = zero;
    for (let k: usize = 0; k < experts; k++) {
      const weight = v128.load_splat<u32>(weights + (k << 2));
      const term = weighted(table, weights, k, at);
      const agrees = v128.bitselect(f32x4.lt(term, zero), f32x4.gt(term, zero), isNegative);
      elected = f32x4.add(elected, v128.and(term, agrees));
      mass = f32x4.add(mass, v128.and(f32x4.abs(weight), agrees));
    }
    if (isMean) {
      const isEmpty = f32x4.eq(mass, zero);
      elected = f32x4.div(elected, v128.bitselect(f32x4.splat(1), mass, isEmpty));
    }
    v128.store(out + at, f32x4.add(v128.load(base + at), f32x4.mul(f32x4.splat(lambda), elected)));
  }
}

function weighted(table: usize, weights: usize, k: usize, at: usize): v128 {
  const task = v128.load(<usize>load<u32>(table + (k << 2)) + at);
  return f32x4.mul(v128.load_splat<u32>(weights + (k << 2)), task);
}
