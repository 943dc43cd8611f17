import * as z from 'zod';
import {EngineInfo} from '../../engine/engineInfo.ts';
import {rangeText, stageTitle} from '../../overview/stageTitle.ts';
import {parseModel} from '../runModel.ts';
import {SymmetricHistogram} from './symmetricHistogram.ts';

export const mostTimesteps = 250;

const size = z.number().min(0);

/** What becomes of one mean of a feature map F [N,H,W,C]. */
export const AxisChange = z.strictObject({
  /** At each measured timestep, the root mean square of after - before, over the images and the channels or pixels. */
  rms: z.array(size),
  /** At each measured timestep, the standard deviation of the mean itself in the base: what the change is compared with. */
  deviation: z.array(size),
  /** Of after - before, over all measured timesteps. */
  histogram: SymmetricHistogram,
});
export type AxisChange = z.infer<typeof AxisChange>;

/** A place after a block of the network, where DeMe puts its projections. */
export const SiteChange = z.strictObject({
  /** As in `down 0`. */
  name: z.string(),
  /** H, W and C of its feature map. */
  shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  /** Of the means over H and W: one number for each image and channel. */
  channel: AxisChange,
  /** Of the means over C: one number for each image and pixel. */
  spatial: AxisChange,
});
export type SiteChange = z.infer<typeof SiteChange>;

/**
 * `activations/expert-0.json` of a run: how a finetune changes the feature maps of its base along channels and along space, on the same noisy images at the same
 * timesteps (Decouple-Then-Merge, Fig. 2). Lists by timestep are shorter than `timesteps` where the measurement was interrupted.
 */
export const ActivationChange = z
  .strictObject({
    format: z.literal(1),
    /** SHA-256 over all that the numbers depend on. */
    key: z.string(),
    /** The finetune, a model of the run. */
    model: z.string(),
    /** The timesteps [low, high) that were chosen from: those of an expert, for other models all. */
    range: z.tuple([z.int().min(0), z.int().min(1)]),
    /** Rising, in the middle of equal parts of the range. */
    timesteps: z.array(z.int().min(0)).min(1).max(mostTimesteps),
    /** In forward order. */
    sites: z.array(SiteChange).min(1).max(1000),
    recipe: z.strictObject({
      part: z.literal('validation'),
      images: z.int().min(1),
      batch: z.int().min(1),
      seed: z.int(),
      engine: EngineInfo.omit({reason: true}),
    }),
  })
  .refine(({timesteps, sites}) => {
    const lengths = sites.flatMap(({channel, spatial}) =>
      [channel, spatial].flatMap(({rms, deviation}) => [rms.length, deviation.length]),
    );
    const [done = 0] = lengths;
    return done >= 1 && done <= timesteps.length && lengths.every((length) => length === done);
  }, 'not one value for each measured timestep');
export type ActivationChange = z.infer<typeof ActivationChange>;

/** Timesteps that are measured: the first so many. */
export function measuredTimesteps({sites}: Pick<ActivationChange, 'sites'>): number {
  return sites[0]?.channel.rms.length ?? 0;
}

/** What `deme measure activation-change` prints with `--json`. */
export const ActivationResult = z.strictObject({file: z.string(), result: ActivationChange});

/** What people call the finetune. */
export function finetuneTitle({model, range}: Pick<ActivationChange, 'model' | 'range'>): string {
  const title = stageTitle(model, []);
  return parseModel(model)?.kind === 'expert' ? `${title}, ${rangeText(range)}` : title;
}
