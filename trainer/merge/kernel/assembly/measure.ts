// What is measured on the way.

/** Elements whose products are summed in float32 before they go into a float64: a fixed cut, so that no other one shows in the sums. */
const block: usize = 256;

/** First element that is NaN or whose magnitude reaches `limit`; -1 where there is none. */
export function firstNotFinite(values: usize, limit: f32, count: usize): i32 {
  const bound = f32x4.splat(limit);
  for (let i: usize = 0; i < count; i += 4) {
    const isFine = f32x4.lt(f32x4.abs(v128.load(values + (i << 2))), bound);
    if (i32x4.all_true(isFine)) continue;
    for (let k = i; k < min(i + 4, count); k++) {
      if (!(abs(load<f32>(values + (k << 2))) < limit)) return <i32>k;
    }
  }
  return -1;
}

/**
 * Adds to `sums` (float64): base . base, then for each i a row of base . task_i and task_i . task_j for j <= i; and to `agreements` (also float64) the number of elements
 * in which both are not zero, and of those in which their signs agree, for j < i. `scratch` has room for `experts` times a block.
 */
export function addProducts(
  sums: usize,
  agreements: usize,
  base: usize,
  table: usize,
  experts: usize,
  scratch: usize,
  count: usize,
): void {
  for (let first: usize = 0; first < count; first += block) {
    const length = min(block, count - first);
    addTo(sums, dot(base + (first << 2), base + (first << 2), length));
    for (let k: usize = 0; k < experts; k++) {
      const expert = <usize>load<u32>(table + (k << 2)) + (first << 2);
      subtract(scratch + k * (block << 2), expert, base + (first << 2), length);
    }
    let at = sums + 8;
    let pair = agreements;
    for (let i: usize = 0; i < experts; i++) {
      const left = scratch + i * (block << 2);
      addTo(at, dot(base + (first << 2), left, length));
      at += 8;
      for (let j: usize = 0; j <= i; j++) {
        const right = scratch + j * (block << 2);
        addTo(at, dot(left, right, length));
        at += 8;
        if (j === i) continue;
        addAgreement(pair, left, right, length);
        pair += 16;
      }
    }
  }
}

/** Elements from `length` to the next multiple of four count as zero. */
function subtract(to: usize, left: usize, right: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 4) {
    v128.store(to + (i << 2), f32x4.sub(v128.load(left + (i << 2)), v128.load(right + (i << 2))));
  }
  for (let i = length; i < ((length + 3) & ~3); i++) store<f32>(to + (i << 2), 0);
}

function dot(left: usize, right: usize, length: usize): f64 {
  let even = f32x4.splat(0);
  const whole = length & ~3;
  for (let i: usize = 0; i < whole; i += 4) {
    even = f32x4.add(even, f32x4.mul(v128.load(left + (i << 2)), v128.load(right + (i << 2))));
  }
  let sum =
    <f64>f32x4.extract_lane(even, 0) +
    <f64>f32x4.extract_lane(even, 1) +
    <f64>f32x4.extract_lane(even, 2) +
    <f64>f32x4.extract_lane(even, 3);
  for (let i = whole; i < length; i++) sum += <f64>load<f32>(left + (i << 2)) * <f64>load<f32>(right + (i << 2));
  return sum;
}

function addAgreement(to: usize, left: usize, right: usize, length: usize): void {
  const zero = f32x4.splat(0);
  let both = i32x4.splat(0);
  let same = i32x4.splat(0);
  for (let i: usize = 0; i < length; i += 4) {
    const a = v128.load(left + (i << 2));
    const b = v128.load(right + (i << 2));
    const counts = v128.and(f32x4.ne(a, zero), f32x4.ne(b, zero));
    both = i32x4.sub(both, counts);
    same = i32x4.sub(same, v128.and(counts, i32x4.ge_s(v128.xor(a, b), i32x4.splat(0))));
  }
  addTo(to, <f64>laneSum(both));
  addTo(to + 8, <f64>laneSum(same));
}

function laneSum(x: v128): i32 {
  return i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3);
}

function addTo(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

/** Counts values, rounded to the upper 16 bits of a float (half to even), into 65,536 bins of 32 bits by those bits. None may be infinite. */
export function countRounded(values: usize, bins: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const bits = load<u32>(values + (i << 2));
    const at = bins + ((<usize>((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16)) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}
