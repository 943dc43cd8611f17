// Vectors of doubles by their addresses.

/** y += factor x */
export function addScaled(y: usize, x: usize, factor: f64, count: usize): void {
  const scale = f64x2.splat(factor);
  let k: usize = 0;
  for (; k + 2 <= count; k += 2) {
    const at = k << 3;
    v128.store(y + at, f64x2.add(v128.load(y + at), f64x2.mul(scale, v128.load(x + at))));
  }
  for (; k < count; k++) {
    const at = k << 3;
    store<f64>(y + at, load<f64>(y + at) + factor * load<f64>(x + at));
  }
}

/** Sum of products, over four interleaved parts. */
export function dot(a: usize, b: usize, count: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = f64x2.splat(0);
  let k: usize = 0;
  for (; k + 4 <= count; k += 4) {
    const at = k << 3;
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a + at), v128.load(b + at)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  s0 = f64x2.add(s0, s1);
  let total = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
  for (; k < count; k++) total += load<f64>(a + (k << 3)) * load<f64>(b + (k << 3));
  return total;
}
