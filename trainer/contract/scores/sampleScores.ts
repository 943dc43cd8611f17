import * as z from 'zod';
import {Estimate} from './estimate.ts';

const byModel = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

export const InceptionScore = z.strictObject({
  mean: z.number(),
  deviation: z.number().describe('Of the splits, as papers print it.'),
  splits: z.int(),
});

export const ClipScoreRecord = z.strictObject({
  meanCosine: z.number(),
  standardError: z.number().describe('Of the mean cosine.'),
  torchmetrics: z.number(),
  clipScorePaper: z.number(),
  prompts: z.int().describe('Different texts that the images were drawn by.'),
});

/** `scores.json` of an evaluation: scores of its images that need no others to compare with. */
export const DrawnScores = z.strictObject({
  inceptionScore: InceptionScore.optional(),
  clipScore: ClipScoreRecord.optional(),
});
export type DrawnScores = z.infer<typeof DrawnScores>;

const PrecisionRecall = z.strictObject({
  precision: z.number(),
  recall: z.number(),
  neighbours: z.int(),
  precisionError: z
    .number()
    .optional()
    .describe('Standard error over the images, with the neighbourhoods as they are.'),
  recallError: z.number().optional().describe('The same over the reference images.'),
});

/** How far the Fréchet distance would move with other images. */
export const FrechetSpread = z.strictObject({
  standardError: z.number().describe('By a jackknife over groups of the images, with the reference as it is.'),
  groups: z.int(),
  toBase: Estimate.optional().describe('This model minus the base: negative is better. Paired by image.'),
});

/** Fréchet distance of some of the images. */
export const FrechetOfPart = z.strictObject({images: z.int(), distance: z.number()});
export type FrechetOfPart = z.infer<typeof FrechetOfPart>;

/** Scores by model besides distances, in the report. Left out: what the feature network does not offer, or needs features that were not kept. */
export const sampleScores = {
  precisionRecall: byModel(PrecisionRecall).optional(),
  inceptionScore: byModel(InceptionScore).optional(),
  clipScore: byModel(ClipScoreRecord).optional(),
  frechetSpread: byModel(FrechetSpread).optional(),
  frechetBySize: byModel(z.array(FrechetOfPart)).optional().describe('Of ever more of the images.'),
};
export type SampleScores = z.infer<z.ZodObject<typeof sampleScores>>;
