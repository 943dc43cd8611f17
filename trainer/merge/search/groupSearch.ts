import type {MergeRule, TensorGroup} from '../../contract/config/merge/mergeRule.ts';
import type {GroupSearch} from '../../contract/run/report.ts';
import type {PartOf} from '../tensorWeights.ts';
import {refineWeights, type RefineRequest} from './refineWeights.ts';

/** The parts of the network that get weights of their own; all other tensors keep those that they start from. */
const searchable: readonly TensorGroup[] = ['down', 'mid', 'up'];

/** `score` is the held-out loss with N weights for each group, one group after the other. */
export interface GroupSearchRequest extends Omit<RefineRequest, 'mean' | 'origin'> {
  readonly groups: readonly TensorGroup[];
  /** The N weights to start from, the same for all tensors. */
  readonly start: readonly number[];
}

/** The parts of a network that have tensors. */
export function groupsOf(names: readonly string[], partOf: PartOf): TensorGroup[] {
  return searchable.filter((group) => names.some((name) => partOf(name).group === group));
}

/**
 * CMA-ES over one weight for each expert and part of the network. The result is the candidate with the lowest measured loss, as merge rules; there are no
 * rules if nothing was better than the same weights everywhere.
 */
export async function searchGroups({groups, start, ...request}: GroupSearchRequest): Promise<GroupSearch> {
  const {loss, better, candidates} = await refineWeights({
    ...request,
    mean: groups.flatMap(() => start),
    origin: 'groups',
  });
  return {groups: [...groups], loss, rules: better === null ? [] : groupRules(groups, better), candidates};
}

/** A vector of such a search, the weights of one part after the other, as merge rules. */
export function groupRules(groups: readonly TensorGroup[], vector: readonly number[]): MergeRule[] {
  return groups.map((match, i) => ({match, weights: slice(vector, i, vector.length / groups.length)}));
}

/** Maps a vector of `searchGroups` to the weights of a tensor. */
export function groupWeights(
  groups: readonly TensorGroup[],
  start: readonly number[],
  partOf: PartOf,
): (vector: readonly number[], name: string) => readonly number[] {
  return (vector, name) => {
    const index = groups.findIndex((group) => group === partOf(name).group);
    return index < 0 ? start : slice(vector, index, start.length);
  };
}

function slice(vector: readonly number[], index: number, length: number): number[] {
  return vector.slice(index * length, (index + 1) * length);
}
