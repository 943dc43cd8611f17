import type {CheckpointSearch} from '../../contract/run/report.ts';
import {refineWeights, type RefineRequest} from './refineWeights.ts';

/** `score` is the held-out loss with N weights for the first of the updates, then N for the next, and so on. */
export interface CheckpointSearchRequest extends Omit<RefineRequest, 'mean' | 'origin'> {
  /** After which updates the checkpoints were made, the last first: those are the experts themselves. */
  readonly updates: readonly number[];
  /** The N weights that were found for the experts. */
  readonly start: readonly number[];
}

/**
 * CMA-ES over one weight for each checkpoint of each expert: theta + sum_k sum_i w_ki (theta_ki - theta), without bounds. After Liu et al., "Linear
 * Combination of Saved Checkpoints Makes Consistency and Diffusion Models Better" (LCSC, arXiv 2404.02241), who combine the checkpoints of one training.
 */
export async function searchCheckpoints({
  updates,
  start,
  ...request
}: CheckpointSearchRequest): Promise<CheckpointSearch> {
  const mean = checkpointStart(start, updates.length);
  const {loss, better, candidates} = await refineWeights({...request, mean, origin: 'checkpoints'});
  return {updates: [...updates], loss, weights: [...(better ?? [])], candidates};
}

/** The weights of the experts as a vector over `count` checkpoints of each: all earlier ones are zero. */
export function checkpointStart(weights: readonly number[], count: number): number[] {
  return Array.from({length: count * weights.length}, (_, i) => weights[i] ?? 0);
}
