import * as z from 'zod';
import {SamplingConfig} from './evaluateConfig.ts';
import {objectiveKinds, searchObjectives} from './searchObjective.ts';

export const searchStrategies = ['quadratic', 'cma-es', 'coordinate', 'grid'] as const;

/** What ranks the candidates that are confirmed. */
export const confirmMeasures = ['kid', 'frechet'] as const;

/** A second search from the weights that were found: each part of the network has weights of its own. */
export const GroupSearchConfig = z.strictObject({
  budget: z.int().min(1).default(60).describe('Largest number of candidates of this search.'),
  sigma: z.number().positive().default(0.1).describe('First step of its CMA-ES.'),
});
export type GroupSearchConfig = z.infer<typeof GroupSearchConfig>;

/** A second search from the weights that were found: over weights of the last checkpoints of each expert. */
export const CheckpointSearchConfig = z.strictObject({
  last: z.int().min(1).default(3).describe('Checkpoints of each expert, its final weights among them.'),
  budget: z.int().min(1).default(120).describe('Largest number of candidates of this search.'),
  sigma: z.number().positive().default(0.1).describe('First step of its CMA-ES.'),
});
export type CheckpointSearchConfig = z.infer<typeof CheckpointSearchConfig>;

/** The best candidates draw images, whose features decide. */
export const ConfirmConfig = z.strictObject({
  best: z.int().min(2).default(3).describe('Candidates of the lowest loss that are compared.'),
  by: z.enum(confirmMeasures).default('kid').describe('Which distance decides; both are reported.'),
  samples: z.int().min(2).default(256).describe('Images drawn from each.'),
});
export type ConfirmConfig = z.infer<typeof ConfirmConfig>;

/** How candidates are compared by images: few for all of them, then twice as many for the better half, and so on. */
export const RaceConfig = z
  .strictObject({
    first: z
      .int()
      .min(2)
      .default(256)
      .describe('Images drawn from every candidate; the better half draws as many again, and so on.'),
    samples: z
      .int()
      .min(2)
      .default(2048)
      .describe('Images of the candidates that are left in the end; rounded up to a multiple of first.'),
    sigma: z
      .number()
      .positive()
      .default(1)
      .describe('First step of its CMA-ES: the best weights by distance may lie far outside [0, 1].'),
    reference: z
      .int()
      .min(2)
      .default(10_000)
      .describe('Training images that the images are compared with, at most; a seeded choice.'),
  })
  .refine(({first, samples}) => first <= samples, {message: 'first is at most samples', path: ['first']});
export type RaceConfig = z.infer<typeof RaceConfig>;

/** The result of a search by distance beside what it has to beat, on noise and images that no choice was made on. */
export const SearchTestConfig = z.strictObject({
  samples: z.int().min(2).default(2048).describe('Images drawn from each model with each seed.'),
  seeds: z
    .array(z.int().min(0))
    .min(2)
    .default([100, 101, 102])
    .describe('Seeds of the starting noise; the interval of each distance is over these.'),
});
export type SearchTestConfig = z.infer<typeof SearchTestConfig>;

const SearchSettings = z.strictObject({
  objective: z
    .enum(searchObjectives)
    .optional()
    .describe(
      'What is made small: the held-out loss; a distance of drawn images to training images (frechet, kid, cmmd; needs evaluate.features); or both: the Fréchet distance among candidates whose loss is not above that of the base by more than its standard error. Left out: loss.',
    ),
  strategy: z
    .enum(searchStrategies)
    .default('quadratic')
    .describe(
      'How candidates are chosen by loss; all but grid and coordinate may leave [low, high], also to negative weights. By distance it is always cma-es.',
    ),
  images: z
    .int()
    .min(2)
    .default(128)
    .describe(
      'Validation images whose loss is measured for each candidate; the best is then measured on as many test images.',
    ),
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
  sampling: SamplingConfig.optional().describe(
    'How a search by distance draws images, best with few steps; left out: as evaluate.sampling says. Its noise is that of no evaluation.',
  ),
  race: RaceConfig.optional().describe('How a search by distance compares candidates.'),
  test: SearchTestConfig.optional().describe(
    'How the result of a search by distance is tested on other noise and on test images, beside the base, all ones, and the ordinary finetune with and without the same search of its own task vector.',
  ),
  groups: GroupSearchConfig.optional().describe(
    'Then also search weights for each range and part of the network (down, mid, up), from those that were found.',
  ),
  checkpoints: CheckpointSearchConfig.optional().describe(
    'Then also search a weight for each of the last checkpoints of each expert, from those that were found (LCSC; needs decouple.snapshots).',
  ),
  confirm: ConfirmConfig.optional().describe(
    'Then also let the best few draw images, and take the one whose images are nearest to the validation images (needs evaluate.features).',
  ),
});

/** Search of the merge weights by the held-out loss of the validation images, or by the distance of drawn images to training images. */
export const SearchConfig = SearchSettings.superRefine((search, context) => {
  const {objective = 'loss', strategy} = search;
  const refuse = (key: string, message: string) => context.addIssue({code: 'custom', path: [key], message});
  if (search.groups && search.checkpoints) refuse('checkpoints', 'give either groups or checkpoints, not both');
  if (objectiveKinds[objective].distance === null) {
    const unused = (['sampling', 'race', 'test'] as const).filter((key) => search[key] !== undefined);
    for (const key of unused) refuse(key, 'is for a search by distance; name one as objective');
    return;
  }
  if (strategy === 'grid' || strategy === 'coordinate') refuse('strategy', 'a search by distance is always cma-es');
  if (search.confirm) refuse('confirm', 'is for a search by loss; this one compares images anyway');
});
export type SearchConfig = z.infer<typeof SearchConfig>;

/** Candidates that a search measures at most, in all of its parts. */
export function searchBudget({budget, groups, checkpoints}: SearchConfig): number {
  return budget + (groups?.budget ?? 0) + (checkpoints?.budget ?? 0);
}
