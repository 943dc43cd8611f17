import * as z from 'zod';
import {EngineInfo} from '../../engine/engineInfo.ts';

/** Most points along an axis. */
export const mostPoints = 51;

const loss = z.number().nullable();
const expert = z.int().min(0).max(999);

const alongAxes = z.strictObject({a: z.number(), b: z.number()});

/** First and second derivatives at the centre, along the axes and in their units, of the quadratic that fits the loss near it. */
export const CentreFit = z.strictObject({slope: alongAxes, curvature: alongAxes});
export type CentreFit = z.infer<typeof CentreFit>;

/** `landscape/base-random.json` of a run: held-out loss by timestep range at theta + a u + b v, around the weights theta of a model. */
export const LossLandscape = z
  .strictObject({
    format: z.literal(1),
    /** SHA-256 over all that the losses depend on. */
    key: z.string(),
    /** The model of the run at the centre. */
    model: z.string(),
    directions: z.discriminatedUnion('kind', [
      /** Gaussian, each filter scaled to the norm of the same filter of the model. */
      z.strictObject({kind: z.literal('random')}),
      /** The task vectors of two experts, made orthogonal and as long as the first. */
      z.strictObject({
        kind: z.literal('task-vectors'),
        experts: z.tuple([expert, expert]),
        /** Of the task vectors as they were. */
        cosine: z.number().min(-1).max(1),
      }),
    ]),
    /** Norm of u, and of v: how far 1 on an axis is. */
    unit: z.number(),
    /** Values of a and of b, rising; the one in the middle is 0. */
    axis: z.array(z.number()).min(3).max(mostPoints),
    /** Timesteps [low, high) of the experts of the run; they tile all timesteps. */
    ranges: z.array(z.tuple([z.int().min(0), z.int().min(1)])).min(1),
    /** [b][a][range] Null where it was not measured yet, or is not a finite number. */
    rows: z.array(z.array(z.array(loss))),
    /** Of each panel (`landscapePanels`), once all is measured; null where a loss near the centre is not finite. */
    fits: z.array(CentreFit.nullable()),
    /** Points measured of all, from the centre outwards. */
    done: z.int().min(0),
    total: z.int().min(1),
    recipe: z.strictObject({
      part: z.literal('validation'),
      images: z.int().min(2),
      timestepsPerRange: z.int().min(1),
      /** Of directions, timesteps and noise. */
      seed: z.int(),
      engine: EngineInfo.omit({reason: true}),
    }),
  })
  .refine(
    ({axis, ranges, rows}) =>
      axis.length % 2 === 1 &&
      rows.length === axis.length &&
      rows.every((row) => row.length === axis.length && row.every((losses) => losses.length === ranges.length)),
    'not one loss for each point and range',
  );
export type LossLandscape = z.infer<typeof LossLandscape>;

/** What `deme measure loss-landscape` prints with `--json`. */
export const LandscapeResult = z.strictObject({file: z.string(), result: LossLandscape});
