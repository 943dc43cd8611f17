import * as z from 'zod';

/** Those images that two models made most differently of the same noise, the most different first. */
export const DifferingImages = z.strictObject({
  models: z.tuple([z.string(), z.string()]),
  network: z.string().describe('In whose feature space the distances are.'),
  compared: z.int().describe('Pairs of images among which these were sought.'),
  images: z.array(z.strictObject({index: z.int(), distance: z.number()})),
  picture: z
    .string()
    .regex(/^[\w-]+\.png$/)
    .nullable()
    .describe('In the folder of the report: the images of the first model, and below them those of the second.'),
});
export type DifferingImages = z.infer<typeof DifferingImages>;
