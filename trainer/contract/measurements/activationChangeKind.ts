import * as z from 'zod';
import {ActivationChange, mostTimesteps} from '../run/measured/activationChange.ts';
import {runModels} from '../run/pipeline.ts';
import {modelName} from '../run/runModel.ts';
import type {MeasurementKind} from './measurementKind.ts';
import {SingleModel, singleModelFiles} from './singleModel.ts';

const modelText = 'Give an expert, as in expert-0, ordinary, merged, or a baseline, as in baseline-p2.';
const timestepsText = `Give a whole number from 1 to ${mostTimesteps}.`;
const imagesText = 'Give a whole number from 1.';

export const ActivationChangeRequest = z.strictObject({
  model: SingleModel.refine((model) => model !== 'base', modelText)
    .default('expert-0')
    .describe('compared with the base: an expert, as in expert-0, ordinary, merged, or a baseline, as in baseline-p2'),
  timesteps: z
    .int(timestepsText)
    .min(1, timestepsText)
    .max(mostTimesteps, timestepsText)
    .default(8)
    .describe('timesteps, evenly spaced in the range of an expert, for other models in all'),
  images: z
    .int(imagesText)
    .min(1, imagesText)
    .default(64)
    .describe('validation images, the same with the same noise at all timesteps and for both models'),
  seed: z.int('Give a whole number.').default(0).describe('of the noise'),
});
export type ActivationChangeRequest = z.infer<typeof ActivationChangeRequest>;

/** How a finetune changes the feature maps of its base, along channels and along space: Decouple-Then-Merge, Fig. 2. */
export const activationChangeKind: MeasurementKind<ActivationChangeRequest, ActivationChange> = {
  title: 'Activation change',
  request: ActivationChangeRequest,
  result: ActivationChange,
  file: ({model}) => `activations/${model}.json`,
  files: {folder: 'activations', name: singleModelFiles},
  choices: (config) => {
    if (config.data === undefined || config.base === undefined) return [];
    const finetunes = runModels(config).filter(({kind}) => kind !== 'ensemble' && kind !== 'base');
    return finetunes.map(modelName).map((model) => ({label: `Activation change of ${model}`, request: {model}}));
  },
};
