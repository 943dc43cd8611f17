import * as z from 'zod';
import {MergeMethod} from './mergeMethod.ts';
import {MergeRule} from './mergeRule.ts';

/** No merge has more, and a message that has is none of ours. */
const maxExperts = 1000;
const maxRules = 1000;

/** All that makes one merge of given models another: weights (one for each expert), rules for some tensors, and the method. */
export const MergeSetting = z.strictObject({
  weights: z.array(z.number()).min(1).max(maxExperts),
  /** The first that fits a tensor counts. */
  rules: z.array(MergeRule).max(maxRules).optional(),
  /** Left out: plain task arithmetic. */
  method: MergeMethod.optional(),
});
export type MergeSetting = z.infer<typeof MergeSetting>;

/**
 * What to tell users whose merge leaves the base as it is; null where it makes another model. A rule for all tensors (`*`) hides the rules
 * after it and the weights of the merge.
 */
export function sameAsBase({weights, rules = [], method}: MergeSetting): string | null {
  if (method?.kind === 'model-stock') return null;
  if (method !== undefined && 'lambda' in method && method.lambda === 0) return 'Lambda is zero: this is the base.';
  const hiding = rules.findIndex(({match}) => /^[*]+$/.test(match));
  const lists =
    hiding < 0
      ? [weights, ...rules.map((rule) => rule.weights)]
      : rules.slice(0, hiding + 1).map((rule) => rule.weights);
  return lists.flat(2).every((weight) => weight === 0) ? 'All weights are zero: this is the base.' : null;
}
