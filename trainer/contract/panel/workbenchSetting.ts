import * as z from 'zod';
import {mergeMethodKinds} from '../config/merge/mergeMethod.ts';
import {DepthWeight} from '../config/merge/mergeRule.ts';
import {MergeSetting} from '../config/merge/mergeSetting.ts';

/** The weight of an expert under a rule. `expert`: its weight in the rest of the network. Null: the field holds no number. */
const RuleWeight = z.union([DepthWeight, z.literal('expert'), z.null()]);
export type RuleWeight = z.infer<typeof RuleWeight>;

/** What the controls of the merge workbench are set to. Immutable: every change makes a new one. */
export const WorkbenchSetting = z
  .strictObject({
    /** The merge from which the controls started. */
    original: MergeSetting,
    /** One for each expert; null where the field holds no number. */
    weights: z.array(z.number().nullable()).readonly(),
    /** The first that fits a tensor counts. */
    rules: z.array(z.strictObject({match: z.string(), weights: z.array(RuleWeight).readonly()}).readonly()).readonly(),
    method: z.enum(mergeMethodKinds),
    /** By name, those of other methods too, so that they are still there when such a method is chosen again. Left out: the default. */
    parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.null()])).readonly(),
  })
  .readonly();
export type WorkbenchSetting = z.infer<typeof WorkbenchSetting>;
