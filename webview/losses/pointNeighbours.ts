/** The number that is nearest to another, of two that are as near the smaller; null if there are none. `numbers` ascend. */
export function nearestOf(numbers: readonly number[], to: number): number | null {
  return numbers.reduce<number | null>(
    (best, each) => (best === null || Math.abs(each - to) < Math.abs(best - to) ? each : best),
    null,
  );
}
