import type {CheckpointSearch} from '../report.ts';

/** The weights that a search has found for checkpoints: after which updates they were made, and the weight of each expert there; none where it found none. */
export function weightsByUpdate({
  updates,
  weights,
}: Pick<CheckpointSearch, 'updates' | 'weights'>): {readonly update: number; readonly weights: number[]}[] {
  if (weights.length === 0) return [];
  const experts = weights.length / updates.length;
  return updates.map((update, i) => ({update, weights: weights.slice(i * experts, (i + 1) * experts)}));
}
