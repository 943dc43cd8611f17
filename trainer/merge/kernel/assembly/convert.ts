// Number formats. `from` and `to` are addresses, `count` is a number of elements; buffers are filled up to multiples of 16 elements.

/** IEEE binary16 to float32, exact: the exponent is rebiased by a product with 2^112, which also mends subnormals. */
export function widenHalf(from: usize, to: usize, count: usize): void {
  const rebias = f32x4.splat(reinterpret<f32>(0x77800000));
  for (let i: usize = 0; i < count; i += 4) {
    const bits = v128.load_ext<u16>(from + (i << 1));
    const magnitude = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13);
    const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
    const special = v128.and(i32x4.gt_s(magnitude, i32x4.splat(0x7bff << 13)), i32x4.splat(0x7f800000));
    v128.store(to + (i << 2), v128.or(v128.or(f32x4.mul(magnitude, rebias), special), sign));
  }
}

/** bfloat16 to float32, exact. */
export function widenBrain(from: usize, to: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 4) {
    v128.store(to + (i << 2), i32x4.shl(v128.load_ext<u16>(from + (i << 1)), 16));
  }
}

/** float32 to IEEE binary16, to nearest, ties to even. */
export function narrowHalf(from: usize, to: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 8) {
    const low = halfOf(v128.load(from + (i << 2)));
    const high = halfOf(v128.load(from + (i << 2), 16));
    v128.store(to + (i << 1), i16x8.narrow_i32x4_u(low, high));
  }
}

/** float32 to bfloat16, to nearest, ties to even. */
export function narrowBrain(from: usize, to: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 8) {
    const low = brainOf(v128.load(from + (i << 2)));
    const high = brainOf(v128.load(from + (i << 2), 16));
    v128.store(to + (i << 1), i16x8.narrow_i32x4_u(low, high));
  }
}

/** Bits of four binary16 numbers in 32-bit lanes. */
function halfOf(value: v128): v128 {
  const magnitude = v128.and(value, i32x4.splat(0x7fffffff));
  // Below 2^-14: a sum with 1/2 leaves the right multiple of 2^-24 in the low bits, rounded by the addition itself.
  const half = i32x4.splat(0x3f000000);
  const subnormal = i32x4.sub(f32x4.add(magnitude, half), half);
  // The exponent from bias 127 to 15; a carry out of the fraction runs into the exponent, as it should.
  const isOdd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const rebiased = i32x4.add(magnitude, i32x4.splat(0xfff - (112 << 23)));
  const normal = i32x4.shr_u(i32x4.add(rebiased, isOdd), 13);
  const isNan = i32x4.gt_s(magnitude, i32x4.splat(0x7f800000));
  const special = v128.bitselect(i32x4.splat(0x7e00), i32x4.splat(0x7c00), isNan);
  const finite = v128.bitselect(subnormal, normal, i32x4.lt_s(magnitude, i32x4.splat(113 << 23)));
  const result = v128.bitselect(special, finite, i32x4.ge_s(magnitude, i32x4.splat(0x47800000)));
  return v128.or(result, v128.and(i32x4.shr_u(value, 16), i32x4.splat(0x8000)));
}

/** Bits of four bfloat16 numbers in 32-bit lanes. A NaN keeps a bit in the half that stays. */
function brainOf(value: v128): v128 {
  const top = i32x4.shr_u(value, 16);
  const isOdd = v128.and(top, i32x4.splat(1));
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(value, i32x4.splat(0x7fff)), isOdd), 16);
  const isNan = i32x4.gt_s(v128.and(value, i32x4.splat(0x7fffffff)), i32x4.splat(0x7f800000));
  return v128.bitselect(v128.or(top, i32x4.splat(0x40)), rounded, isNan);
}
