import * as z from 'zod';
import {MergeBound} from '../run/measured/mergeBound.ts';
import {runExperts} from '../run/pipeline.ts';
import type {MeasurementKind} from './measurementKind.ts';

const text = 'Give a whole number from 1.';
const count = z.int(text).min(1, text);
const severalText = 'Give a whole number from 2.';
const several = z.int(severalText).min(2, severalText);

export const MergeBoundRequest = z.strictObject({
  steps: count.default(50).describe('steps of Adam, each with the gradient over all images'),
  rate: z.number().positive('Give a number above 0.').default(0.02).describe('learning rate of the weights'),
  batch: count.default(32).describe('images at once, at most'),
  every: count.default(5).describe('steps between two measurements of the validation loss'),
  images: several.default(128).describe('validation images'),
  test: several.default(1000).describe('test images for the end'),
  timesteps: count.default(1).describe('timesteps for each image and range'),
  seed: z.int('Give a whole number.').default(0).describe('of noise and timesteps'),
});
export type MergeBoundRequest = z.infer<typeof MergeBoundRequest>;

/** The least held-out loss that weights for each expert and tensor reach by gradient descent. */
export const mergeBoundKind: MeasurementKind<MergeBoundRequest, MergeBound> = {
  title: 'Merge bound',
  request: MergeBoundRequest,
  result: MergeBound,
  file: () => 'bound/merge-bound.json',
  files: {folder: 'bound', name: /^merge-bound\.json$/},
  choices: (config) =>
    config.data === undefined || runExperts(config) === 0 ? [] : [{label: 'Merge bound', request: {}}],
};
