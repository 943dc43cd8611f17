import * as z from 'zod';

export const searchStrategies = ['quadratic', 'cma-es', 'coordinate', 'grid'] as const;

/** What ranks the candidates that are confirmed. */
export const confirmMeasures = ['kid', 'frechet'] as const;

/** A second search from the weights that were found: each part of the network has weights of its own. */
export const GroupSearchConfig = z.strictObject({
  budget: z.int().min(1).default(60).describe('Largest number of candidates of this search.'),
  sigma: z.number().positive().default(0.1).describe('First step of its CMA-ES.'),
});
export type GroupSearchConfig = z.infer<typeof GroupSearchConfig>;

/** The best candidates draw images, whose features decide. */
export const ConfirmConfig = z.strictObject({
  best: z.int().min(2).default(3).describe('Candidates of the lowest loss that are compared.'),
  by: z.enum(confirmMeasures).default('kid').describe('Which distance decides; both are reported.'),
  samples: z.int().min(2).default(256).describe('Images drawn from each.'),
});
export type ConfirmConfig = z.infer<typeof ConfirmConfig>;

/** Search of the merge weights over the held-out per-range loss of the validation images. */
export const SearchConfig = z.strictObject({
  strategy: z
    .enum(searchStrategies)
    .default('quadratic')
    .describe(
      'How candidates are chosen; all but grid and coordinate may leave [low, high], also to negative weights.',
    ),
  images: z
    .int()
    .min(2)
    .default(128)
    .describe('Validation images per candidate; the best is then measured on as many test images.'),
  timesteps: z
    .int()
    .min(1)
    .default(4)
    .describe('Timesteps per image and range, drawn once and kept for all candidates.'),
  low: z.number().default(0).describe('Smallest weight that grid and coordinate try.'),
  high: z.number().default(1).describe('Largest weight that grid and coordinate try.'),
  step: z.number().positive().default(0.25).describe('Step of the grid.'),
  sigma: z
    .number()
    .positive()
    .default(0.3)
    .describe('First step of cma-es: a third of the way to where the best weights may lie.'),
  budget: z.int().min(1).default(31).describe('Largest number of candidates that are evaluated (grid ignores it).'),
  seed: z.int().min(0).default(0).describe('Seed of noise and timesteps.'),
  groups: GroupSearchConfig.optional().describe(
    'Then also search weights for each range and part of the network (down, mid, up), from those that were found.',
  ),
  confirm: ConfirmConfig.optional().describe(
    'Then also let the best few draw images, and take the one whose images are nearest to the validation images (needs evaluate.features).',
  ),
});
export type SearchConfig = z.infer<typeof SearchConfig>;
