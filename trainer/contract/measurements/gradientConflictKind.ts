import * as z from 'zod';
import {GradientConflict, timestepLimits} from '../run/measured/gradientConflict.ts';
import {runModels} from '../run/pipeline.ts';
import {modelName} from '../run/runModel.ts';
import type {MeasurementKind} from './measurementKind.ts';
import {SingleModel, singleModelFiles} from './singleModel.ts';

const {least, most} = timestepLimits;
const timestepsText = `Give a whole number from ${least} to ${most}.`;
const count = z.int('Give a whole number from 1.').min(1, 'Give a whole number from 1.');
/** Most ranges that are proposed. */
export const mostRanges = 16;
const rangesText = `Give a whole number from 1 to ${mostRanges}.`;

export const GradientConflictRequest = z
  .strictObject({
    model: SingleModel.default('base').describe(
      'whose gradients: base, ordinary, merged, an expert, as in expert-0, or a baseline, as in baseline-p2',
    ),
    timesteps: z
      .int(timestepsText)
      .min(least, timestepsText)
      .max(most, timestepsText)
      .default(100)
      .describe('timesteps, evenly spaced, of which all pairs are compared'),
    images: count.default(128).describe('training images, the same with the same noise at all timesteps'),
    seed: z.int('Give a whole number.').default(0).describe('of noise and projection'),
    width: count
      .optional()
      .describe(
        'numbers kept of the gradient of each tensor by a random projection, which puts a cosine off by at most 1/sqrt(width), one standard error ' +
          '(default: all of them where they fit into 256 MB, else 1024)',
      ),
    propose: z.boolean().default(false).describe('also propose ranges, as edges for the config'),
    ranges: z
      .int(rangesText)
      .min(1, rangesText)
      .max(mostRanges, rangesText)
      .optional()
      .describe('how many ranges to propose (default: as many as each take 5 % off the conflict)'),
  })
  .refine(({ranges = 1, timesteps}) => 2 * ranges <= timesteps, {
    message: 'Each range needs two of the timesteps.',
    path: ['ranges'],
  });
export type GradientConflictRequest = z.infer<typeof GradientConflictRequest>;

/** Cosines of the gradients of the denoising loss between timesteps: Decouple-Then-Merge, Fig. 1a. */
export const gradientConflictKind: MeasurementKind<GradientConflictRequest, GradientConflict> = {
  title: 'Gradient conflict',
  request: GradientConflictRequest,
  result: GradientConflict,
  file: ({model}) => `conflict/${model}.json`,
  files: {folder: 'conflict', name: singleModelFiles},
  choices: (config) => {
    if (config.data === undefined || config.base === undefined) return [];
    const single = runModels(config).filter(({kind}) => kind !== 'ensemble');
    return single.map(modelName).map((model) => ({label: `Gradient conflict of ${model}`, request: {model}}));
  },
};
