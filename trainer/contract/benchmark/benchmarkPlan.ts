import * as z from 'zod';

export const benchmarkNames = [
  'cifar10',
  'lsun-church',
  'lsun-bedroom',
  'sd-coco30k',
  'sd-imagenet1k',
  'sd-partiprompts',
  'digits',
] as const;
export type BenchmarkName = (typeof benchmarkNames)[number];

/** What there is to run: `deme benchmark --json`. */
export const BenchmarkList = z.array(z.strictObject({name: z.enum(benchmarkNames), about: z.string()}));
export type BenchmarkList = z.infer<typeof BenchmarkList>;

/** Data or weights without which a benchmark cannot run. */
export const BenchmarkNeed = z.strictObject({
  kind: z.enum(['base', 'data', 'prompts', 'reference', 'weights']),
  what: z.string().describe('What it is, with size and licence where they are known.'),
  where: z.string().describe('Where it must lie.'),
  from: z.string().describe('Where it comes from.'),
  problem: z.string().nullable().describe('Why it cannot be used; null: it is there and can be read.'),
});
export type BenchmarkNeed = z.infer<typeof BenchmarkNeed>;

/** Bytes that a benchmark leaves on the disk of its folder. */
export const BenchmarkDisk = z.strictObject({
  checkpoints: z.number().describe('Of all trainings, while they run.'),
  models: z.number(),
  features: z.number(),
  encoded: z.number().describe('Latents and texts, which lie in the cache of the user, on the same disk or another.'),
  free: z.number().nullable().describe('Of the disk; null where it does not say.'),
});
export type BenchmarkDisk = z.infer<typeof BenchmarkDisk>;

/** How long a benchmark takes on one device, from what an earlier run of it has measured. */
export const BenchmarkTime = z.strictObject({
  run: z.string().describe('The run that was timed.'),
  engine: z.string(),
  training: z.number().nullable().describe('Hours; null: not timed.'),
  drawing: z.number().nullable().describe('Hours; null: not timed.'),
});
export type BenchmarkTime = z.infer<typeof BenchmarkTime>;

/** What `deme benchmark NAME` is going to do: `--dry-run --json`. */
export const BenchmarkPlan = z.strictObject({
  benchmark: z.enum(benchmarkNames),
  about: z.string(),
  folder: z.string(),
  config: z.string().describe('The config file that is written and run.'),
  scale: z.number(),
  ready: z.boolean().describe('Whether all that it needs is there.'),
  needs: z.array(BenchmarkNeed),
  stages: z.array(z.string()),
  updates: z.strictObject({
    expert: z.int(),
    experts: z.int(),
    ordinary: z.int(),
    baselines: z.int().describe('Number of baselines, each with as many updates as the ordinary finetune.'),
    images: z.int(),
  }),
  candidates: z.int().describe('Merge weights that the search tries at most.'),
  drawing: z.strictObject({
    models: z.array(z.string()),
    images: z.int().describe('Of each model.'),
    sampler: z.string().nullable().describe("Null: that of the model's scheduler."),
    steps: z.int(),
  }),
  disk: BenchmarkDisk,
  time: BenchmarkTime.nullable().describe('Null: not timed.'),
  ours: z.array(z.string()).describe('What the paper leaves open, and our choice.'),
  unlike: z.array(z.string()).describe('Why numbers of this run compare with no published ones, besides the scale.'),
  warnings: z.array(z.string()),
});
export type BenchmarkPlan = z.infer<typeof BenchmarkPlan>;
