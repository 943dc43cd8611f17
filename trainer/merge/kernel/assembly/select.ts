// Which elements of a task vector stay.

/** Sets those to zero whose magnitude, as the bits of a float, is below `low` or above `high`. */
export function keepBetween(task: usize, low: u32, high: u32, count: usize): void {
  const lowest = i32x4.splat(low);
  const highest = i32x4.splat(high);
  for (let i: usize = 0; i < count; i += 4) {
    const at = task + (i << 2);
    const value = v128.load(at);
    const magnitude = v128.and(value, i32x4.splat(0x7fffffff));
    const stays = v128.and(i32x4.ge_s(magnitude, lowest), i32x4.le_s(magnitude, highest));
    v128.store(at, v128.and(value, stays));
  }
}

/**
 * Keeps each element with a probability of limit / 2^32 and multiplies it by `scale`, the others become zero. Whether element `first + i` of
 * a tensor stays depends on its index and the keys alone.
 */
export function keepRandom(task: usize, first: u32, key: u32, key2: u32, limit: u32, scale: f32, count: usize): void {
  const step = i32x4(0, 1, 2, 3);
  for (let i: usize = 0; i < count; i += 4) {
    const at = task + (i << 2);
    const index = i32x4.add(i32x4.splat(first + <u32>i), step);
    const drawn = mix(i32x4.add(mix(v128.xor(index, i32x4.splat(key))), i32x4.splat(key2)));
    const stays = v128.and(i32x4.lt_u(drawn, i32x4.splat(limit)), i32x4.splat(-1));
    v128.store(at, v128.and(f32x4.mul(v128.load(at), f32x4.splat(scale)), stays));
  }
}

/** The finaliser of MurmurHash3 (A. Appleby, public domain): each bit of the input changes about half of those of the result. */
function mix(x: v128): v128 {
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x85ebca6b));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/** Counts magnitudes by their upper 15 bits into 32,768 bins of 32 bits. */
export function countUpper(task: usize, bins: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) increase(bins, (load<u32>(task + (i << 2)) & 0x7fffffff) >>> 16);
}

/** Counts those whose upper bits are `upper` by their lower 16 bits into 65,536 bins. */
export function countLower(task: usize, upper: u32, bins: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const magnitude = load<u32>(task + (i << 2)) & 0x7fffffff;
    if (magnitude >>> 16 === upper) increase(bins, magnitude & 0xffff);
  }
}

function increase(bins: usize, bin: u32): void {
  const at = bins + ((<usize>bin) << 2);
  store<u32>(at, load<u32>(at) + 1);
}
