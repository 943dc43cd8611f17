import * as z from 'zod';
import {maxLevels, networkLayers, networkWidth} from './networkSizes.ts';

const BlockTypes = z.array(z.string()).max(maxLevels);

/**
 * `vae/config.json` of a pipeline: an AutoencoderKL of diffusers, with the defaults of its class for absent keys, which old files rely
 * on. Unknown keys are kept; values this project does not implement are refused by name when the model is built.
 */
export const AutoencoderConfig = z.looseObject({
  _class_name: z.string().default('AutoencoderKL'),
  in_channels: networkWidth.default(3),
  out_channels: networkWidth.default(3),
  down_block_types: BlockTypes.default(['DownEncoderBlock2D']),
  up_block_types: BlockTypes.default(['UpDecoderBlock2D']),
  block_out_channels: z.array(networkWidth).max(maxLevels).default([64]),
  layers_per_block: networkLayers.default(1),
  act_fn: z.string().default('silu'),
  latent_channels: networkWidth.default(4),
  norm_num_groups: networkWidth.default(32),
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
