import {z} from 'zod';
import {EngineInfo} from './engineInfo.ts';
import {MemoryPeak} from './memoryPeak.ts';

/** A mean over held-out draws with its standard error. */
export const Estimate = z.strictObject({mean: z.number(), standardError: z.number()});
export type Estimate = z.infer<typeof Estimate>;

export const RangeLoss = z.strictObject({range: z.tuple([z.int(), z.int()]), ...Estimate.shape});
export type RangeLoss = z.infer<typeof RangeLoss>;

/** Held-out loss of one model: per range, over all ranges with equal mass, and paired with the base (same images, noise, timesteps). */
export const HeldOutLoss = z.strictObject({
  perRange: z.array(RangeLoss),
  mean: z.number(),
  standardError: z.number(),
  /** This model minus the base: negative is better. */
  differenceToBase: Estimate,
  /** Paired difference to the base in each range. */
  perRangeDifference: z.array(RangeLoss),
});
export type HeldOutLoss = z.infer<typeof HeldOutLoss>;

/** One vector that the search tried. */
export const Candidate = z.strictObject({weights: z.array(z.number()), loss: z.number(), origin: z.string()});
export type Candidate = z.infer<typeof Candidate>;

/** What the weight search did and found. */
export const SearchResult = z.strictObject({
  strategy: z.string(),
  best: Candidate,
  candidates: z.array(Candidate),
  /** Loss of the base on the same draws. */
  base: z.number(),
  /** Vectors whose loss was not a finite number; never chosen. */
  notFinite: z.array(z.strictObject({weights: z.array(z.number()), origin: z.string()})).optional(),
});
export type SearchResult = z.infer<typeof SearchResult>;

const byModel = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

/** `report.json`. Model names: base, ordinary, expert-0 …, ensemble, merged. */
export const Report = z.strictObject({
  heldOut: byModel(HeldOutLoss),
  /** Merged model minus ordinary finetune, paired by image: negative means that decoupling beats plain extra training. */
  mergedToOrdinary: Estimate.nullable(),
  weights: z.array(z.number()),
  search: SearchResult.nullable(),
  frechet: byModel(z.number()),
  kid: byModel(Estimate),
  engine: EngineInfo.omit({reason: true}),
  /** Wall time from the first stage's start to the report. */
  seconds: z.number(),
  /** Wall time of each stage; stages overlap. */
  stageSeconds: z.record(z.string(), z.number()),
  /** The most memory that the process of each stage has had at once. */
  peakMemory: z.record(z.string(), MemoryPeak).default({}),
  recipe: z
    .record(z.string(), z.json())
    .describe('Everything needed to read the numbers: seeds, counts, sampler, feature network, data split.'),
});
export type Report = z.infer<typeof Report>;
