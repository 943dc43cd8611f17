/** The number that is nearest to another, of two that are as near the smaller; null if there are none. `numbers` ascend. */
export function nearestOf(numbers: readonly number[], to: number): number | null {
  return numbers.reduce<number | null>(
    (best, each) => (best === null || Math.abs(each - to) < Math.abs(best - to) ? each : best),
    null,
  );
}

interface Checkpoint {
  readonly stage: string;
  readonly update: number;
}

/** The last checkpoint of each stage at or before an update, in the order of their names. */
export function lastCheckpoints(checkpoints: readonly Checkpoint[], update: number): Checkpoint[] {
  const last = new Map<string, Checkpoint>();
  for (const each of checkpoints) {
    if (each.update <= update && each.update >= (last.get(each.stage)?.update ?? 0)) last.set(each.stage, each);
  }
  return [...last.values()].sort((a, b) => (a.stage < b.stage ? -1 : 1));
}
