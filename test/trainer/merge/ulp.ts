/** Spacing of float32 numbers around `value`. */
export function ulp(value: number): number {
  return 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(value) || 2 ** -126)) - 23);
}

/** Largest difference in units of the spacing at the expected value. */
export function maxUlps(actual: Float32Array, expected: Float32Array): number {
  return actual.reduce(
    (worst, value, k) => Math.max(worst, Math.abs(value - (expected[k] ?? NaN)) / ulp(expected[k] ?? NaN)),
    0,
  );
}
