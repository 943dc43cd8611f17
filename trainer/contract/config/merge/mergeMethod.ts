import * as z from 'zod';

const lambda = z.number().default(1).describe('Factor of the merged task vector.');
const density = z.number().gt(0).max(1).describe('Share of the elements of each task vector and tensor that stays.');
const elect = z
  .boolean()
  .default(false)
  .describe('Keep only what has the sign of the weighted sum, as TIES does, before adding up.');

/**
 * How task vectors tau_i = theta_i - theta become one model; w_i are the weights. All but `slerp` and `model-stock` are
 * theta + lambda sum_i w_i f(tau_i) and differ in f.
 */
export const MergeMethod = z.discriminatedUnion('kind', [
  z
    .strictObject({kind: z.literal('linear'), lambda})
    .describe('Task arithmetic, Eq. 8 of the paper: f leaves the task vector as it is.'),
  z
    .strictObject({
      kind: z.literal('ties'),
      density: density.default(0.2),
      lambda,
      mean: z.boolean().default(true).describe('Divide by the weights that agree, instead of adding up.'),
    })
    .describe(
      'Keep the largest elements of each task vector, elect a sign for each element, average those that agree.',
    ),
  z
    .strictObject({
      kind: z.literal('dare'),
      density: density.default(0.5),
      seed: z.int().min(0).max(0xffff_ffff).default(0).describe('Seed of the elements that are dropped.'),
      elect,
      lambda,
    })
    .describe('Drop elements at random and scale the others up by 1 / density.'),
  z
    .strictObject({
      kind: z.literal('breadcrumbs'),
      density: density.default(0.9),
      gamma: z.number().min(0).lt(1).default(0.01).describe('Share of the largest elements that is dropped.'),
      elect,
      lambda,
    })
    .describe('Drop the largest elements as outliers and the smallest as noise.'),
  z
    .strictObject({kind: z.literal('slerp')})
    .describe('From the base to the one expert along the sphere; its weight is how far, 0 to 1.'),
  z
    .strictObject({kind: z.literal('model-stock')})
    .describe(
      'The mean of the experts, drawn to the base as far as the angles between the task vectors say; no weights.',
    ),
]);
export type MergeMethod = z.infer<typeof MergeMethod>;
export type MergeMethodKind = MergeMethod['kind'];

export const mergeMethodKinds = MergeMethod.options.map(({shape}) => shape.kind.value);

/** The parameters that a method takes besides weights, by name, with their defaults. */
export function methodDefaults(method: MergeMethodKind): ReadonlyMap<string, number | boolean> {
  const {kind: _, ...defaults} = MergeMethod.parse({kind: method});
  return new Map(Object.entries<number | boolean>(defaults));
}

export const plainLinear: MergeMethod = {kind: 'linear', lambda: 1};
