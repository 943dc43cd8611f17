import * as z from 'zod';
import {EngineInfo} from '../../engine/engineInfo.ts';
import {Estimate} from '../../scores/estimate.ts';

/** Weights of all experts, one after the other. */
const weights = z.array(z.number()).min(1).max(1000);

/** How far the weights have come, from which a measurement that was ended goes on; the lists hold a number for each tensor and expert. */
export const BoundState = z.strictObject({
  /** Steps that were made. */
  step: z.int().min(0),
  weights: z.array(z.number()),
  /** Moments of Adam. */
  first: z.array(z.number()),
  second: z.array(z.number()),
});
export type BoundState = z.infer<typeof BoundState>;

/** Held-out loss of a merge on test images, which nothing was chosen on. */
export const BoundTest = z.strictObject({
  images: z.int(),
  models: z.array(
    z.strictObject({
      /** `base`, `start` or `best`. */
      model: z.enum(['base', 'start', 'best']),
      loss: Estimate,
      /** Paired by image. */
      differenceToBase: Estimate,
    }),
  ),
  /** The best weights minus those of the start, paired by image: negative is better. */
  gain: Estimate,
});
export type BoundTest = z.infer<typeof BoundTest>;

/** `bound/merge-bound.json` of a run: the held-out loss that a merge reaches whose weights are another for each expert and tensor. */
export const MergeBound = z.strictObject({
  format: z.literal(1),
  /** SHA-256 over all that the result depends on. */
  key: z.string(),
  experts: z.int().min(1).max(1000),
  /** The weights of the run in each tensor. */
  start: z.record(z.string(), weights),
  /** Validation loss after so many steps, on the same draws each time; null: not a finite number. */
  curve: z.array(z.strictObject({step: z.int().min(0), loss: z.number().nullable()})),
  /** The lowest of these; null before the first. */
  best: z.strictObject({step: z.int().min(0), loss: z.number(), weights: z.record(z.string(), weights)}).nullable(),
  /** Null once it is done. */
  state: BoundState.nullable(),
  /** The best weights by part of the network, as merge rules name it: over the tensors of a part, for each expert. */
  parts: z.array(
    z.strictObject({
      name: z.string(),
      tensors: z.int().min(1),
      start: weights,
      mean: weights,
      least: weights,
      most: weights,
    }),
  ),
  /** Null until all steps are made. */
  test: BoundTest.nullable(),
  recipe: z.strictObject({
    steps: z.int().min(1),
    /** Draws that are computed at once. A step takes the gradient over all of them. */
    batch: z.int().min(1),
    learningRate: z.number(),
    /** Steps between two measurements of the validation loss. */
    every: z.int().min(1),
    /** Validation images. */
    images: z.int().min(1),
    /** Of the validation and of the test images. */
    timestepsPerRange: z.int().min(1),
    /** Test images. */
    test: z.int().min(0),
    seed: z.int(),
    engine: EngineInfo.omit({reason: true}),
  }),
});
export type MergeBound = z.infer<typeof MergeBound>;
