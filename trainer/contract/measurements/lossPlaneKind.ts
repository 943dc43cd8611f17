import * as z from 'zod';
import {runExperts} from '../run/pipeline.ts';
import {LossPlane} from '../run/measured/lossPlane.ts';
import {ExpertPair} from './expertPair.ts';
import type {MeasurementKind} from './measurementKind.ts';

const count = z.int('Give a whole number from 1.').min(1, 'Give a whole number from 1.');

export const LossPlaneRequest = z.strictObject({
  experts: ExpertPair.default([0, 1]).describe('the experts of the horizontal and the vertical axis, counted from 0'),
  weights: z
    .array(z.number())
    .optional()
    .describe('weight of each expert; those not on the axes keep it (default: the weights of the run)'),
  images: count.default(32).describe('validation images'),
  timesteps: count.default(1).describe('timesteps for each image and range'),
});
export type LossPlaneRequest = z.infer<typeof LossPlaneRequest>;

/** The held-out loss over the weights of two experts. */
export const lossPlaneKind: MeasurementKind<LossPlaneRequest, LossPlane> = {
  title: 'Loss plane',
  request: LossPlaneRequest,
  result: LossPlane,
  file: ({experts: [x, y]}) => `planes/plane-${x}-${y}.json`,
  files: {folder: 'planes', name: /^plane-\d{1,3}-\d{1,3}\.json$/},
  choices: (config) =>
    expertPairs(runExperts(config)).map((experts) => ({label: labelOf(experts), request: {experts}})),
};

function labelOf([x, y]: readonly number[]): string {
  return `Loss plane of experts ${x} and ${y}`;
}

function expertPairs(count: number): [number, number][] {
  return Array.from({length: count}, (_, x) =>
    Array.from({length: count - x - 1}, (_, i): [number, number] => [x, x + i + 1]),
  ).flat();
}
