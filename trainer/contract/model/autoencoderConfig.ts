import {z} from 'zod';

const Channels = z.array(z.int().min(1).max(16_384)).min(1).max(8);
const BlockTypes = z.array(z.string()).min(1).max(8);

/**
 * `vae/config.json` of a pipeline: an AutoencoderKL of diffusers, with the defaults of its class for absent keys, which old files rely
 * on. Unknown keys are kept; values this project does not implement are refused by name when the model is built. The bounds are far
 * beyond any published autoencoder; they keep a hostile file from asking for all memory.
 */
export const AutoencoderConfig = z.looseObject({
  _class_name: z.string().default('AutoencoderKL'),
  in_channels: z.int().min(1).max(64).default(3),
  out_channels: z.int().min(1).max(64).default(3),
  down_block_types: BlockTypes.default(['DownEncoderBlock2D']),
  up_block_types: BlockTypes.default(['UpDecoderBlock2D']),
  block_out_channels: Channels.default([64]),
  layers_per_block: z.int().min(1).max(32).default(1),
  act_fn: z.string().default('silu'),
  latent_channels: z.int().min(1).max(256).default(4),
  norm_num_groups: z.int().min(1).default(32),
  /** What latents are multiplied by, to have a deviation near 1. */
  scaling_factor: z.number().positive().default(0.18215),
  /** What is subtracted from latents before that. */
  shift_factor: z.number().nullable().default(null),
  latents_mean: z.array(z.number()).nullable().default(null),
  latents_std: z.array(z.number()).nullable().default(null),
  use_quant_conv: z.boolean().default(true),
  use_post_quant_conv: z.boolean().default(true),
  mid_block_add_attention: z.boolean().default(true),
});
export type AutoencoderConfig = z.infer<typeof AutoencoderConfig>;
