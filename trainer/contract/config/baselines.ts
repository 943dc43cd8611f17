import * as z from 'zod';
import {LossWeighting} from './lossWeighting.ts';
import {TimestepSampling} from './timestepSampling.ts';

/** Name of a baseline, which becomes part of the names of stages, models and folders. */
export const BaselineName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'a name of lower-case letters, digits and single hyphens, as in min-snr')
  .max(24);

/** What a baseline does otherwise than the ordinary finetune: updates, batch, learning rate and seed are the same. */
export const BaselineConfig = z
  .strictObject({
    lossWeighting: LossWeighting.optional(),
    timestepSampling: TimestepSampling.optional(),
  })
  .refine(({lossWeighting, timestepSampling}) => lossWeighting !== undefined || timestepSampling !== undefined, {
    message: 'give lossWeighting, timestepSampling or both: without them it is the ordinary finetune',
  });
export type BaselineConfig = z.infer<typeof BaselineConfig>;

const most = 32;

/** Ordinary finetunes by other methods of the literature, by name. */
export const BaselinesConfig = z
  .record(BaselineName, BaselineConfig)
  .refine((baselines) => Object.keys(baselines).length <= most, `at most ${most} baselines`)
  .describe(
    'Also finetune one model on all timesteps by each of these methods, with the total of updates of all experts, for comparison.',
  );
