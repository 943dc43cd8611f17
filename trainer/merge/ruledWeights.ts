import type {MergeConfig} from '../contract/config/merge/mergeConfig.ts';
import type {MergeRule} from '../contract/config/merge/mergeRule.ts';
import type {WeightsOf} from './files/incrementalMerge.ts';
import {tensorWeights, type PartOf} from './tensorWeights.ts';

/** The settings of a merge that are fixed while its weights are searched. */
export interface RuledMerge {
  readonly rules?: readonly MergeRule[];
  /** Factor of the merged task vector. */
  readonly lambda?: number;
}

export function ruledMerge(merge: MergeConfig | undefined): RuledMerge {
  const method = merge?.method;
  return {rules: merge?.rules, ...(method?.kind === 'linear' && method.lambda !== 1 && {lambda: method.lambda})};
}

/**
 * The weights of each tensor in a search with fixed rules and lambda: those of its rule, else those of `inner`, all times lambda. `names` are the
 * tensors of the model.
 */
export function ruledWeights(
  names: readonly string[],
  {rules = [], lambda = 1}: RuledMerge,
  partOf: PartOf,
  inner: WeightsOf = (vector) => vector,
): WeightsOf {
  // Only tensors without a rule depend on the vector, so the rules are applied once.
  const settled = ruledTensors(names, rules, partOf);
  const scaled = (weights: readonly number[]) => (lambda === 1 ? weights : weights.map((weight) => lambda * weight));
  const byRule = new Map([...settled].map(([name, weights]) => [name, scaled(weights)]));
  return (vector, name) => byRule.get(name) ?? scaled(inner(vector, name));
}

/** The tensors that match a rule, with their weights. */
function ruledTensors(
  names: readonly string[],
  rules: readonly MergeRule[],
  partOf: PartOf,
): Map<string, readonly number[]> {
  const experts = rules[0]?.weights.length ?? 0;
  const unruled: readonly number[] = Array.from({length: experts}, () => NaN);
  const {byTensor} = tensorWeights(names, unruled, rules, partOf);
  return new Map([...byTensor].filter(([, weights]) => weights !== unruled));
}
