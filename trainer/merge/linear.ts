/**
 * theta + sum_i w_i (theta_i - theta): Eq. 8 of the paper for one tensor, flat and in any layout.
 *
 * The order is that of `v + sum(w * (e - v) for ...)` in PyTorch, so that results agree to the bit: float32 difference, times the
 * weight rounded to float32, summed in the order of the experts, base last. Weights need not sum to 1 and may be negative.
 */
export function mergeLinear(
  base: Float32Array,
  experts: readonly Float32Array[],
  weights: readonly number[],
): Float32Array {
  if (experts.length !== weights.length) throw new Error(`${experts.length} experts but ${weights.length} weights`);
  const sum = new Float32Array(base.length);
  experts.forEach((expert, i) => addWeightedTask(sum, base, expert, weights[i] ?? 0));
  return weights.every((weight) => weight === 0) ? base.slice() : addBase(sum, base);
}

/** sum += weight (expert - base), in place; each operation rounds to float32. */
export function addWeightedTask(sum: Float32Array, base: Float32Array, expert: Float32Array, weight: number): void {
  if (expert.length !== base.length) throw new Error(`expert has ${expert.length} values, base ${base.length}`);
  // Products with a zero weight are zeros, which change no partial sum; skipping them saves the pass over the expert.
  if (weight === 0) return;
  const scale = Math.fround(weight);
  for (let k = 0; k < base.length; k++) {
    sum[k] = sum[k]! + Math.fround(scale * Math.fround(expert[k]! - base[k]!));
  }
}

/** base + sum, written over `sum`. */
export function addBase(sum: Float32Array, base: Float32Array): Float32Array {
  for (let k = 0; k < base.length; k++) sum[k] = base[k]! + sum[k]!;
  return sum;
}
