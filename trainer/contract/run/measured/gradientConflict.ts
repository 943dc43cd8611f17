import * as z from 'zod';
import {LossWeighting} from '../../config/lossWeighting.ts';
import {EngineInfo} from '../../engine/engineInfo.ts';

/** Fewest timesteps of which the cosines say anything about ranges, and most of which a file can hold all pairs. */
export const timestepLimits = {least: 4, most: 250} as const;

/** [i][j] for j < i: the cosine of the gradients at the measured timesteps i and j; null where one of them is zero. */
export type Cosines = readonly (readonly (number | null)[])[];

/** Checked as a whole: there are tens of thousands of cosines. */
const Cosines = z.custom<(number | null)[][]>(
  (value) =>
    Array.isArray(value) &&
    value.every((row: unknown, i) => Array.isArray(row) && row.length === i && row.every(isCosine)),
  'not the cosines of all pairs',
);

function isCosine(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Math.abs(value) <= 1);
}

const mean = z.number().nullable();

/** Timestep ranges by their edges, with how alike the gradients within and across them are (`rangeMeans`). */
export const Division = z.strictObject({edges: z.array(z.int().min(0)).min(2), within: mean, across: mean});
export type Division = z.infer<typeof Division>;

/** `conflict/base.json` of a run: how much the denoising loss at one timestep pulls the weights against that at another. */
export const GradientConflict = z
  .strictObject({
    format: z.literal(1),
    /** SHA-256 over all that the cosines depend on. */
    key: z.string(),
    /** The model of the run whose gradients they are. */
    model: z.string(),
    /** T of its schedule. */
    trainTimesteps: z.int().min(1),
    /** The measured ones, rising, in the middle of equal parts of [0, T). */
    timesteps: z.array(z.int().min(0)).min(timestepLimits.least).max(timestepLimits.most),
    /** Timesteps [low, high) of the experts of the run. */
    ranges: z.array(z.tuple([z.int().min(0), z.int().min(1)])).min(1),
    /** Of the gradient at each measured timestep, with the loss weighting of the config. */
    norms: z.array(z.number()),
    overall: Cosines,
    /** Parts of the network in the order in which an image passes through them, named as merge rules name them. */
    parts: z.array(z.strictObject({name: z.string(), elements: z.int().min(1), cosines: Cosines})),
    /** Null: the gradients were kept whole. */
    projection: z
      .strictObject({
        /** Numbers that are kept of each tensor's gradient. */
        width: z.int().min(1),
        /** What a cosine may be off by, as one standard error. */
        standardError: z.number(),
      })
      .nullable(),
    /** For one range, two and so on: equal ranges, and those with the highest mean cosine within. */
    proposals: z.array(z.strictObject({equal: Division, best: Division})).min(1),
    /** The number of ranges that the criterion of `trainer/deme/proposeRanges.ts` chooses. */
    suggested: z.int().min(1),
    recipe: z.strictObject({
      part: z.literal('train'),
      images: z.int().min(1),
      batch: z.int().min(1),
      seed: z.int(),
      weighting: LossWeighting,
      engine: EngineInfo.omit({reason: true}),
    }),
  })
  .refine(
    ({timesteps: {length}, norms, overall, parts}) =>
      [norms, overall, ...parts.map(({cosines}) => cosines)].every((list) => list.length === length),
    'not one value for each timestep',
  )
  .refine(({proposals, suggested}) => suggested <= proposals.length, 'no proposal of the suggested number');
export type GradientConflict = z.infer<typeof GradientConflict>;

/** The cosine of a pair in either order; null for a pair without one, and for a timestep and itself. */
export function cosineOf(cosines: Cosines, i: number, j: number): number | null {
  return cosines[Math.max(i, j)]?.[Math.min(i, j)] ?? null;
}

/** What `deme measure gradient-conflict` prints with `--json`. */
export const ConflictResult = z.strictObject({file: z.string(), result: GradientConflict});
