import * as z from 'zod';
import {checkSamplerSettings, SamplingConfig} from './evaluateConfig.ts';
import {LossWeighting} from './lossWeighting.ts';
import {Precision} from './precision.ts';
import {TimestepSampling} from './timestepSampling.ts';

const count = z.int().min(1);

/** AdamW as PyTorch defines it: decoupled decay, epsilon outside the bias-corrected root. */
export const OptimizerConfig = z.strictObject({
  learningRate: z.number().positive().default(5e-5).describe('Peak learning rate.'),
  betas: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .default([0.95, 0.999])
    .describe('Decay of the first and second moment.'),
  weightDecay: z.number().min(0).default(1e-6).describe('Decoupled weight decay.'),
  epsilon: z.number().positive().default(1e-8).describe('Added to the root of the second moment.'),
});
export type OptimizerConfig = z.infer<typeof OptimizerConfig>;

export const scheduleKinds = ['constant', 'linear', 'cosine', 'polynomial'] as const;

/** Learning rate over optimizer updates: a linear warm-up, then the named shape down to `final`. */
export const LearningRateConfig = z.strictObject({
  kind: z.enum(scheduleKinds).default('constant').describe('Shape after the warm-up.'),
  warmup: z.int().min(0).default(0).describe('Updates of linear warm-up from zero.'),
  final: z.number().min(0).max(1).default(0).describe('Last learning rate as a share of the peak; unused by constant.'),
  power: z.number().positive().default(1).describe('Exponent of the polynomial shape.'),
});
export type LearningRateConfig = z.infer<typeof LearningRateConfig>;

/** EMA with the warm-up form min(maxDecay, 1 - (1 + k)^-power), k = updates so far. */
export const EmaConfig = z.strictObject({
  maxDecay: z.number().min(0).lt(1).default(0.9999).describe('Largest decay.'),
  power: z
    .number()
    .positive()
    .default(0.75)
    .describe('How fast the decay grows: 3/4 suits a million updates, 2/3 fewer.'),
});
export type EmaConfig = z.infer<typeof EmaConfig>;

/** What a training does when its loss or its gradient is not finite, instead of ending there. */
export const RetryConfig = z.strictObject({
  times: count.default(2).describe('How often at most.'),
  factor: z
    .number()
    .positive()
    .lt(1)
    .default(0.5)
    .describe('The learning rate is multiplied by this, each time again.'),
});
export type RetryConfig = z.infer<typeof RetryConfig>;

/** Sample grids that a training draws of its own weights on the way, with the same seed each time. */
export const TrainingSamplesConfig = z
  .strictObject({
    every: count.default(1000).describe('Updates between two grids; the first is drawn before the training.'),
    images: count.default(16).describe('Images in a grid.'),
    ...SamplingConfig.shape,
  })
  .superRefine(checkSamplerSettings);
export type TrainingSamplesConfig = z.infer<typeof TrainingSamplesConfig>;

/** The fields that pretraining and finetuning share. */
export const trainingFields = {
  updates: count.default(20_000).describe('Optimizer updates (not micro-batches), for each expert.'),
  batch: count.default(16).describe('Images per micro-batch.'),
  accumulation: count.default(1).describe('Micro-batches per optimizer update.'),
  optimizer: OptimizerConfig.prefault({}).describe('AdamW settings.'),
  schedule: LearningRateConfig.prefault({}).describe('Learning rate over the updates.'),
  clipNorm: z
    .number()
    .positive()
    .nullable()
    .default(1)
    .describe('Largest global gradient norm; null turns clipping off.'),
  ema: EmaConfig.nullable()
    .prefault({})
    .describe('Moving average of the weights, which is what gets merged; null turns it off.'),
  draw: z
    .enum(['batch', 'sample'])
    .default('batch')
    .describe(
      'One coin for each micro-batch with antithetic pairs of timesteps (batch), or one coin for each image (sample).',
    ),
  lossWeighting: LossWeighting.optional().describe(
    'How much the denoising loss counts at each noise level; default: the same at all of them.',
  ),
  timestepSampling: TimestepSampling.optional().describe(
    'How likely the timesteps of the range are that a training draws from; default: all the same.',
  ),
  dropout: z.boolean().default(false).describe('Use the dropout of the model config while training.'),
  captionDropout: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'Probability that a caption is replaced by the empty one, by which a model learns what guidance compares with (Stable Diffusion: 0.1); default: 0.',
    ),
  gradientCheckpointing: z
    .boolean()
    .default(false)
    .describe(
      'Compute activations again in the backward pass instead of keeping them: less memory, about a third more time.',
    ),
  precision: Precision.optional().describe(
    'Number format of convolutions and matrix products: bf16 takes about half the time where the processor or GPU has it (TensorFlow only), f16 is for GPUs without bf16; weights, norms, losses and the optimizer stay in f32; default: f32.',
  ),
  seed: z.int().min(0).default(0).describe('Seed of all random draws.'),
  logEvery: count.default(10).describe('Updates between two metric events.'),
  bucketEvery: count.default(50).describe('Updates between two per-timestep loss events.'),
  timestepBuckets: count.default(100).describe('Number of per-timestep loss buckets over [0, T).'),
  heldOutEvery: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Updates between two measurements of the held-out loss (of an expert on its own range), the best of which keeps its checkpoint; 0 measures none.',
    ),
  checkpointEvery: count.default(1000).describe('Updates between two checkpoints.'),
  keepCheckpoints: count.default(2).describe('Newest checkpoints that are kept, besides the best one.'),
  samples: TrainingSamplesConfig.optional().describe(
    'Draw sample grids while training, to watch the model change; default: none. They take time and do not affect the result.',
  ),
  retry: RetryConfig.optional().describe(
    'When a loss is not finite, continue from the last regular checkpoint with a lower learning rate; default: the training ends there.',
  ),
};

/** Everything the training loop needs besides model, data and timesteps. */
export const TrainingConfig = z.strictObject(trainingFields);
export type TrainingConfig = z.infer<typeof TrainingConfig>;
