/** Weights as they are tried and reported: six decimals, so that a recipe, a config and a command line can repeat them exactly. */
export function proposal(weights: readonly number[]): number[] {
  return weights.map((weight) => Number(weight.toFixed(6)) + 0);
}
