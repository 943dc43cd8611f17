import {z} from 'zod';
import {LossPlane} from '../run/lossPlane.ts';

/** Measures the loss plane of two experts of a run, the others held at `weights`; answered when it is done. */
export const PlaneRequest = z.strictObject({
  kind: z.literal('plane'),
  run: z.string(),
  experts: LossPlane.shape.experts,
  weights: LossPlane.shape.weights,
});

/** The loss planes of a run that are there, whole ones and those in the making. */
export const PlanesRequest = z.strictObject({kind: z.literal('planes'), run: z.string()});

export const PlanesReply = z.strictObject({kind: z.literal('planes'), planes: z.array(LossPlane)});
