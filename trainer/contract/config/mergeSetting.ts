import {z} from 'zod';
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
