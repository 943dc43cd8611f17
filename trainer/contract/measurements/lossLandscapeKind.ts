import * as z from 'zod';
import {LossLandscape, mostPoints} from '../run/measured/lossLandscape.ts';
import {runExperts, runModels} from '../run/pipeline.ts';
import {modelName} from '../run/runModel.ts';
import {ExpertPair} from './expertPair.ts';
import type {MeasurementKind} from './measurementKind.ts';
import {SingleModel, singleModelNames} from './singleModel.ts';

const extentText = 'Give a number from 0.001: below, the loss differs by its rounding alone.';
const pointsText = `Give an odd whole number from 3 to ${mostPoints}.`;
const imagesText = 'Give a whole number from 2.';
const count = z.int('Give a whole number from 1.').min(1, 'Give a whole number from 1.');

export const LossLandscapeRequest = z.strictObject({
  model: SingleModel.default('base').describe(
    'the model at the centre: base, ordinary, merged, an expert, as in expert-0, or a baseline, as in baseline-p2',
  ),
  directions: z
    .enum(['random', 'task-vectors'])
    .default('random')
    .describe(
      'of the axes: drawn at random and scaled to the filters of the model, or the task vectors of two experts',
    ),
  experts: ExpertPair.default([0, 1]).describe('whose task vectors, counted from 0'),
  extent: z
    .number()
    .min(1e-3, extentText)
    .optional()
    .describe('how far the axes reach on each side of the model (default: 0.5 at random, 1 along task vectors)'),
  points: z
    .int(pointsText)
    .min(3, pointsText)
    .max(mostPoints, pointsText)
    .refine((points) => points % 2 === 1, pointsText)
    .default(11)
    .describe('points along each axis, an odd number: the model itself is one of them'),
  images: z.int(imagesText).min(2, imagesText).default(64).describe('validation images, the same at all points'),
  timesteps: count.default(1).describe('timesteps for each image and range'),
  seed: z.int('Give a whole number.').default(0).describe('of directions, timesteps and noise'),
});
export type LossLandscapeRequest = z.infer<typeof LossLandscapeRequest>;

/** The held-out loss around a model by timestep range: Decouple-Then-Merge, Fig. 4. */
export const lossLandscapeKind: MeasurementKind<LossLandscapeRequest, LossLandscape> = {
  title: 'Loss landscape',
  request: LossLandscapeRequest,
  result: LossLandscape,
  file: ({model, directions, experts}) =>
    `landscape/${model}-${directions === 'random' ? directions : [directions, ...experts].join('-')}.json`,
  files: {
    folder: 'landscape',
    name: new RegExp(`^${singleModelNames}-(?:random|task-vectors-\\d{1,3}-\\d{1,3})\\.json$`),
  },
  choices: (config) => {
    if (config.data === undefined || config.base === undefined) return [];
    const single = runModels(config).filter(({kind}) => kind !== 'ensemble');
    const alongTasks = {label: 'Loss landscape of base along task vectors', request: {directions: 'task-vectors'}};
    return [
      ...single.map(modelName).map((model) => ({label: `Loss landscape of ${model}`, request: {model}})),
      ...(runExperts(config) < 2 ? [] : [alongTasks]),
    ];
  },
};
