import * as z from 'zod';

const byModel = z.record(z.string(), z.array(z.number()));

/** How far the images of the sample grids lie from others, by the Euclidean distance of their features; of each model image by image. */
export const ImageDistances = z.strictObject({
  network: z.string().describe('In whose feature space the distances are.'),
  toBase: byModel.describe("To the base's image of the same number, which comes from the same noise."),
  toReal: byModel.describe('To the nearest of the real images; empty where their features are not kept.'),
  real: z.int().describe('Real images among which the nearest is sought.'),
});
export type ImageDistances = z.infer<typeof ImageDistances>;
