import * as z from 'zod';
import {EngineInfo} from '../engine/engineInfo.ts';
import {DifferingImages} from '../scores/differingImages.ts';
import {Estimate} from '../scores/estimate.ts';
import {ImageDistances} from '../scores/imageDistances.ts';
import {sampleScores} from '../scores/sampleScores.ts';
import {MemoryPeak} from './memoryPeak.ts';
import {MergeRule, tensorGroups} from '../config/merge/mergeRule.ts';
import {searchObjectives} from '../config/searchObjective.ts';

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
export const Candidate = z.strictObject({
  weights: z.array(z.number()),
  /** What the objective of the search measures: the held-out loss, or a distance. Lower is better. */
  loss: z.number(),
  origin: z.string(),
  /** Images by which a distance was measured; distances of other numbers of images are no comparison. */
  images: z.int().optional(),
});
export type Candidate = z.infer<typeof Candidate>;

/** What a search over a weight for each expert and part of the network did and found. */
export const GroupSearch = z.strictObject({
  groups: z.array(z.enum(tensorGroups)),
  /** The lowest that was measured, on the draws of the search. */
  loss: z.number(),
  /** The weights of each part; none where nothing was better than the same weights everywhere. */
  rules: z.array(MergeRule),
  /** The weights of each expert for the first part, then for the second, and so on. */
  candidates: z.array(Candidate),
});
export type GroupSearch = z.infer<typeof GroupSearch>;

/** What a search over a weight for each checkpoint of each expert did and found. */
export const CheckpointSearch = z.strictObject({
  /** After which updates the checkpoints were made, the last first: those are the experts themselves. */
  updates: z.array(z.int()),
  /** The lowest that was measured, on the draws of the search. */
  loss: z.number(),
  /** The weights of all experts at the first of these updates, then at the next, and so on; none where nothing was better than the experts alone. */
  weights: z.array(z.number()),
  candidates: z.array(Candidate),
});
export type CheckpointSearch = z.infer<typeof CheckpointSearch>;

/** One of the best candidates, with the distances of its images to the validation images. */
export const ConfirmedCandidate = z.strictObject({...Candidate.shape, kid: Estimate, frechet: z.number()});
export type ConfirmedCandidate = z.infer<typeof ConfirmedCandidate>;

/** The winner of a search and the obvious weights on test images, which the search has not seen; paired with the base. */
export const SearchCheck = z.strictObject({
  images: z.int(),
  timestepsPerRange: z.int(),
  models: z.array(
    z.strictObject({
      /** `best`, `groups`, `checkpoints`, `ensemble`, or the origin of an obvious candidate. */
      model: z.string(),
      loss: Estimate,
      differenceToBase: Estimate,
    }),
  ),
});
export type SearchCheck = z.infer<typeof SearchCheck>;

/** The search of the weight (lambda) of the ordinary finetune's own task vector, like that of the experts. */
export const OrdinarySearch = z.strictObject({
  best: Candidate,
  candidates: z.array(Candidate),
  groups: GroupSearch.optional(),
});
export type OrdinarySearch = z.infer<typeof OrdinarySearch>;

/** The result of a search by distance and what it has to beat: images from other noise, compared with test images. */
export const DistanceTest = z.strictObject({
  /** Of the starting noise. */
  seeds: z.array(z.int()),
  /** Images of each model with each seed. */
  samples: z.int(),
  /** Test images that they are compared with. */
  reference: z.int(),
  models: z.array(
    z.strictObject({
      /** `base`, `ones`, `ordinary`, `ordinary-scaled`, `best`, `groups` or `checkpoints`. */
      model: z.string(),
      /** Distance to the test images with each seed, and its mean with the standard error over seeds. */
      distances: z.array(z.number()),
      distance: Estimate,
      /** Paired by seed. */
      differenceToBase: Estimate,
      /** The same distance to the training images that the search compared with. */
      toTraining: Estimate,
    }),
  ),
  /** The best result of the search minus the best of the other models, paired by seed: negative is better. */
  verdict: z.strictObject({model: z.string(), against: z.string(), difference: Estimate}),
});
export type DistanceTest = z.infer<typeof DistanceTest>;

/** What the weight search did and found. */
export const SearchResult = z.strictObject({
  strategy: z.string(),
  /** Left out: the held-out loss. */
  objective: z.enum(searchObjectives).optional(),
  /** Merged anew, while the candidates come one from the other: its loss may differ from theirs by rounding. */
  best: Candidate,
  candidates: z.array(Candidate),
  /** Loss of the base on the same draws, or its distance by as many images as that of the best. */
  base: z.number(),
  /** Vectors whose loss or distance was not a finite number; never chosen. */
  notFinite: z.array(z.strictObject({weights: z.array(z.number()), origin: z.string()})).optional(),
  /** Loss of the experts, each on its own range, on the same draws. */
  ensemble: z.number().optional(),
  groups: GroupSearch.optional(),
  checkpoints: CheckpointSearch.optional(),
  confirmed: z.array(ConfirmedCandidate).optional(),
  check: SearchCheck.optional(),
  /** The most that the held-out loss of a candidate may be, and vectors above it; for the objective `both`. */
  lossLimit: z.number().optional(),
  refused: z.array(z.strictObject({weights: z.array(z.number()), origin: z.string()})).optional(),
  ordinary: OrdinarySearch.optional(),
  test: DistanceTest.optional(),
  /** Images that were drawn in all. */
  images: z.int().optional(),
});
export type SearchResult = z.infer<typeof SearchResult>;

const byModel = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

const Reference = z.string().optional().describe('What samples were compared with; left out: the test images.');

/** Distances of each model to the reference images in the feature space of one network. */
export const NetworkDistances = z.strictObject({
  network: z.string(),
  about: z.string(),
  frechet: byModel(z.number()),
  kid: byModel(Estimate),
  ...sampleScores,
  reference: Reference,
});
export type NetworkDistances = z.infer<typeof NetworkDistances>;

/** `report.json`. Model names: base, ordinary, expert-0 …, ensemble, merged. */
export const Report = z.strictObject({
  heldOut: byModel(HeldOutLoss),
  /** Merged model minus ordinary finetune, paired by image: negative means that decoupling beats plain extra training. */
  mergedToOrdinary: Estimate.nullable(),
  /** The same against each baseline. */
  mergedToBaselines: byModel(Estimate).optional(),
  weights: z.array(z.number()),
  search: SearchResult.nullable(),
  frechet: byModel(z.number()),
  kid: byModel(Estimate),
  ...sampleScores,
  reference: Reference,
  /** Where samples were measured by several networks: the distances by each, of which those above are the first. */
  networks: z.array(NetworkDistances).optional(),
  /** Images of two models from the same noise that differ most, for each pair of models. */
  differing: z.array(DifferingImages).optional(),
  /** Of the images that sample grids show, by which these can be ordered. */
  imageDistances: ImageDistances.optional(),
  /** What to know before the distances are compared with others. */
  warnings: z.array(z.string()).default([]),
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
