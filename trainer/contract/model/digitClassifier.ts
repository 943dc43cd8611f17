import * as z from 'zod';

/** `recipe.json` beside the weights of the digit classifier: what they are and how they were made. */
export const DigitClassifierRecipe = z.strictObject({
  name: z.string(),
  note: z.string(),
  architecture: z.array(z.string()),
  features: z.int().min(1).describe('Length of a feature vector.'),
  training: z.strictObject({
    data: z.string(),
    fingerprint: z.string().describe('SHA-256 over the training files.'),
    images: z.int(),
    augmentation: z.string(),
    seed: z.int(),
    epochs: z.number(),
    batch: z.int(),
    learningRate: z.number(),
    engine: z.string(),
  }),
  test: z.strictObject({images: z.int(), accuracy: z.number().min(0).max(1)}),
  weightsHash: z.string().describe('SHA-256 of classifier.safetensors.'),
});
export type DigitClassifierRecipe = z.infer<typeof DigitClassifierRecipe>;
