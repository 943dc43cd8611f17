/**
 * theta + sum_i w_i (theta_i - theta) for one tensor (Eq. 8 of the paper), value by value in the order of
 * `v + sum(w * (e - v) for ...)` in PyTorch: float32 difference, times the weight rounded to float32, summed in the order of the experts, base
 * last. What the kernels are held against.
 */
export function plainLinear(
  base: Float32Array,
  experts: readonly Float32Array[],
  weights: readonly number[],
): Float32Array {
  return base.map((value, k) => {
    const sum = experts.reduce(
      (sum, expert, i) =>
        Math.fround(sum + Math.fround(Math.fround(weights[i] ?? NaN) * Math.fround((expert[k] ?? NaN) - value))),
      0,
    );
    return value + sum;
  });
}
