import {z} from 'zod';
import {featureNetworkNames} from '../model/featureNetwork.ts';

export const samplers = ['ddim', 'ddpm'] as const;

export const SamplingConfig = z.strictObject({
  sampler: z.enum(samplers).default('ddim').describe('Which sampler draws the images.'),
  steps: z.int().min(1).default(50).describe('Sampling steps.'),
  eta: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Noise that DDIM adds: 0 for none (deterministic), 1 for as much as DDPM.'),
  seed: z.int().min(0).default(0).describe('Seed of the starting noise; the same for every model.'),
  batch: z.int().min(1).default(32).describe('Images drawn at once.'),
});
export type SamplingConfig = z.infer<typeof SamplingConfig>;

export const EvaluateConfig = z.strictObject({
  heldOut: z
    .strictObject({
      images: z.int().min(2).default(256).describe('Test images.'),
      timesteps: z.int().min(1).default(4).describe('Timesteps per image and range.'),
      seed: z.int().min(0).default(1).describe('Seed of noise and timesteps.'),
    })
    .prefault({})
    .describe('Per-range held-out loss.'),
  sampling: SamplingConfig.prefault({}).describe('How images are drawn.'),
  grid: z.int().min(0).default(64).describe('Images in the sample grid of each model.'),
  features: z
    .enum([...featureNetworkNames, 'none'])
    .default('none')
    .describe('Feature space of Fréchet distance and KID: the bundled digit classifier (not Inception), or none.'),
  samples: z.int().min(2).default(256).describe('Images drawn from each model for Fréchet distance and KID.'),
});
export type EvaluateConfig = z.infer<typeof EvaluateConfig>;
