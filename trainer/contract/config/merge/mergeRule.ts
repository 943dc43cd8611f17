import * as z from 'zod';

/** Parts of a UNet that a rule may name instead of a pattern. */
export const tensorGroups = ['in', 'time', 'down', 'mid', 'up', 'out', 'projections'] as const;
export type TensorGroup = (typeof tensorGroups)[number];

/** The weight of one expert: a number, or numbers over the depth of the network, from its first block to its last, with straight lines between. */
export const DepthWeight = z.union([z.number(), z.array(z.number()).min(2)]);
export type DepthWeight = z.infer<typeof DepthWeight>;

/** Other weights for some tensors. The first rule that fits a tensor counts; the weights of the merge are for all others. */
export const MergeRule = z.strictObject({
  match: z
    .string()
    .min(1)
    .describe(
      `Tensor names, * for any characters (\`up_blocks.*.attentions.*\`), or a group: ${tensorGroups.join(', ')}.`,
    ),
  weights: z
    .array(DepthWeight)
    .min(1)
    .describe('One for each expert: a number, or a list of numbers over the depth of the network.'),
});
export type MergeRule = z.infer<typeof MergeRule>;
