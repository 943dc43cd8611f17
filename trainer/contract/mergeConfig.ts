import {z} from 'zod';
import {MergeMethod, plainLinear} from './mergeMethod.ts';
import {MergeRule} from './mergeRule.ts';

export const searchStrategies = ['quadratic', 'coordinate', 'grid'] as const;

/** Search of the merge weights over the held-out per-range loss of the validation images. */
export const SearchConfig = z.strictObject({
  strategy: z.enum(searchStrategies).default('quadratic').describe('How candidates are chosen.'),
  images: z.int().min(2).default(128).describe('Validation images per candidate.'),
  timesteps: z
    .int()
    .min(1)
    .default(4)
    .describe('Timesteps per image and range, drawn once and kept for all candidates.'),
  low: z.number().default(0).describe('Smallest weight that grid and coordinate try.'),
  high: z.number().default(1).describe('Largest weight that grid and coordinate try.'),
  step: z.number().positive().default(0.25).describe('Step of the grid.'),
  budget: z.int().min(1).default(31).describe('Largest number of candidates that are evaluated (grid ignores it).'),
  seed: z.int().min(0).default(0).describe('Seed of noise and timesteps.'),
});
export type SearchConfig = z.infer<typeof SearchConfig>;

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
    dtype: z.enum(['F32', 'F16', 'BF16']).default('F32').describe('Number format of the written weights.'),
  })
  .refine((merge) => merge.weights === undefined || merge.search === undefined, {
    message: 'give either weights or search, not both',
    path: ['search'],
  });
export type MergeConfig = z.infer<typeof MergeConfig>;
