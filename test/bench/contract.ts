import * as z from 'zod';
import {Precision} from '../../trainer/contract/config/precision.ts';
import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import {trainingFields} from '../../trainer/contract/config/training.ts';
import {UNet2DConditionConfig} from '../../trainer/contract/model/unet2dConditionConfig.ts';
import {UNet2DConfig} from '../../trainer/contract/model/unet2dConfig.ts';

const count = z.int().min(1);

/** One measurement in one process, ours or PyTorch's. */
export const BenchTask = z.strictObject({
  kind: z.enum(['update', 'sample']),
  /** Model folder, and its weights file. */
  model: z.string(),
  weights: z.string(),
  /**
   * Safetensors file with `images` and `noise` [K,N,H,W,C], `timesteps` [K,N], which updates take in turn; `alphas_cumprod` [T] and
   * `ddim_timesteps` [S]. Samplings begin with the first noise. Networks that are conditioned on text get `context` [N,tokens,width].
   */
  data: z.string(),
  unet: z.union([UNet2DConfig, UNet2DConditionConfig]),
  scheduler: SchedulerConfig,
  /** DDIM steps of one sampling. */
  steps: count,
  threads: count,
  /** Updates or samplings before the clock runs; the losses of these updates are reported. */
  warmup: count,
  /** The clock is read `chunks` times, after `chunk` updates or samplings each. */
  chunks: count,
  chunk: count,
  /** Number format of a sampling. */
  precision: Precision,
  training: z.strictObject({...trainingFields, consistency: z.number(), teacherPrecision: Precision}),
});
export type BenchTask = z.infer<typeof BenchTask>;

export const BenchResult = z.strictObject({
  type: z.literal('result'),
  /** Denoising loss, consistency loss and gradient norm of each warm-up update. */
  losses: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** Seconds of one update or sampling, one mean a chunk. */
  seconds: z.array(z.number().positive()).min(1),
  /** Processor time of the same, of all threads together: what says something where others use the machine, too. */
  processor: z.array(z.number().nonnegative()).min(1),
  /** High-water mark of the process's resident memory in bytes. */
  peak: z.number().positive(),
  /** Distance of the EMA from the first weights after all updates, or the mean absolute value of the images. */
  check: z.number(),
  /** Name and version of the library. */
  engine: z.string(),
});
export type BenchResult = z.infer<typeof BenchResult>;

/** What a measuring process prints, a line of JSON each. */
export const BenchLine = z.discriminatedUnion('type', [z.strictObject({type: z.literal('ready')}), BenchResult]);
