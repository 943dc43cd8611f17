import * as z from 'zod';
import {WeightsFormat} from '../../model/weightsFormat.ts';
import {MergeMethod, plainLinear} from './mergeMethod.ts';
import {MergeRule} from './mergeRule.ts';
import {SearchConfig} from '../searchConfig.ts';

export const MergeConfig = z
  .strictObject({
    weights: z
      .array(z.number())
      .min(1)
      .optional()
      .describe('One weight per expert, range 0 first; they need not sum to 1 and may be negative.'),
    search: SearchConfig.optional().describe('Search the weights instead.'),
    method: MergeMethod.default(plainLinear).describe('How the task vectors become one model.'),
    rules: z
      .array(MergeRule)
      .min(1)
      .optional()
      .describe('Other weights for some tensors; the first rule that fits counts.'),
    dtype: WeightsFormat.default('F32').describe('Number format of the written weights.'),
  })
  .refine((merge) => merge.weights === undefined || merge.search === undefined, {
    message: 'give either weights or search, not both',
    path: ['search'],
  })
  .refine((merge) => merge.search?.groups === undefined || merge.rules === undefined, {
    message: 'give either rules or search.groups, which finds rules',
    path: ['rules'],
  })
  .refine((merge) => merge.search?.checkpoints === undefined || merge.rules === undefined, {
    message: 'give either rules, which are for experts, or search.checkpoints',
    path: ['rules'],
  })
  .refine((merge) => merge.weights !== undefined || isMeasured(merge.method, merge.search !== undefined), {
    message: 'a search is for the method linear; give weights for any other',
    path: ['method'],
  });

/** A search measures linear merges, and is what settles the weights where none are given; model stock has none. */
function isMeasured(method: MergeMethod | undefined, isAsked: boolean): boolean {
  return method === undefined || method.kind === 'linear' || (method.kind === 'model-stock' && !isAsked);
}

export type MergeConfig = z.infer<typeof MergeConfig>;
