import * as z from 'zod';
import {FeatureNetworkRecord} from '../model/featureNetwork.ts';
import {EngineInfo} from '../engine/engineInfo.ts';
import {HeldOutLoss} from '../run/report.ts';
import {sha256} from '../sha256.ts';
import {benchmarkNames} from './benchmarkPlan.ts';

/** A number that others have published. */
export const PublishedRow = z.strictObject({
  method: z.string(),
  score: z.enum(['FID', 'CLIP score', 'inception score']),
  value: z.number(),
  source: z.string().describe('Where it stands: paper and table.'),
  protocol: z.string().describe('How it was measured, as far as that is said.'),
});
export type PublishedRow = z.infer<typeof PublishedRow>;

/** One of our numbers. */
export const BenchmarkScore = z.strictObject({
  score: z.string(),
  network: z.string().nullable().describe('Feature network; null for a score that needs none.'),
  reference: z.string().nullable().describe('What images were compared with; null for a score without.'),
  value: z.number(),
  standardError: z.number().optional(),
  scaled: z
    .boolean()
    .describe('Whether the benchmark was cut by --scale, so that the number compares with no published one.'),
});
export type BenchmarkScore = z.infer<typeof BenchmarkScore>;

/** How the images of a row were drawn and measured. */
export const BenchmarkRecipe = z.strictObject({
  images: z.int(),
  sampler: z.string().nullable().describe("Null: that of the model's scheduler."),
  steps: z.int(),
  eta: z.number(),
  guidance: z.number().nullable(),
  seed: z.int(),
  prompts: z.strictObject({file: z.string(), count: z.int(), sha256}).nullable(),
  networks: z.array(
    FeatureNetworkRecord.extend({
      published: z.string().nullable().describe('Which published weights these are, as `clip-vit-g-14`; null: others.'),
    }),
  ),
  tool: z.string(),
});
export type BenchmarkRecipe = z.infer<typeof BenchmarkRecipe>;

/** One of our models. */
export const BenchmarkRow = z.strictObject({
  model: z.string(),
  updates: z.int().describe('Updates of all trainings that went into it.'),
  scores: z.array(BenchmarkScore),
  recipe: BenchmarkRecipe,
});
export type BenchmarkRow = z.infer<typeof BenchmarkRow>;

/** What the check of the ruler found in the feature space of one network. */
export const RulerCheck = z.strictObject({
  network: z.string(),
  images: z.int().nullable().describe('Null: given statistics do not say it.'),
  self: z.number().describe('Fréchet distance of the reference to itself.'),
  split: z
    .number()
    .nullable()
    .describe('Between every other reference image and the rest; null where no features were kept.'),
});
export type RulerCheck = z.infer<typeof RulerCheck>;

/** `benchmark.json`: our numbers beside the published ones. */
export const BenchmarkResult = z.strictObject({
  format: z.literal(1),
  benchmark: z.enum(benchmarkNames),
  scale: z.number(),
  config: z.string(),
  run: z.string(),
  engine: EngineInfo.omit({reason: true}),
  ruler: z.array(RulerCheck),
  rows: z.array(BenchmarkRow),
  open: z
    .array(z.string())
    .optional()
    .describe('Models that are still to come, while the run works; left out: the table is whole.'),
  published: z.array(PublishedRow),
  heldOut: z.record(z.string(), HeldOutLoss.pick({mean: true, standardError: true, differenceToBase: true})),
  weights: z.array(z.number()),
  ours: z.array(z.string()),
  unlike: z.array(z.string()).describe('Why these numbers compare with no published ones, besides the scale.'),
  warnings: z.array(z.string()),
});
export type BenchmarkResult = z.infer<typeof BenchmarkResult>;
