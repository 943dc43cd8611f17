import * as z from 'zod';
import {maxLevels, maxTimesteps, networkLayers, networkSide, networkWidth} from './networkSizes.ts';

/**
 * `unet/config.json` of a diffusers `UNet2DModel`, with the defaults of the diffusers class for absent keys.
 * Unknown keys are kept for the round trip; values this project does not implement are refused by name when the model is built.
 */
export const UNet2DConfig = z.looseObject({
  _class_name: z.literal('UNet2DModel').default('UNet2DModel'),
  sample_size: z
    .union([networkSide, z.tuple([networkSide, networkSide])])
    .nullable()
    .default(null),
  in_channels: networkWidth.default(3),
  out_channels: networkWidth.default(3),
  center_input_sample: z.boolean().default(false),
  time_embedding_type: z.string().default('positional'),
  time_embedding_dim: networkWidth.nullable().default(null),
  freq_shift: z.number().default(0),
  flip_sin_to_cos: z.boolean().default(true),
  down_block_types: z
    .array(z.string())
    .max(maxLevels)
    .default(['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D']),
  mid_block_type: z.string().nullable().default('UNetMidBlock2D'),
  up_block_types: z
    .array(z.string())
    .max(maxLevels)
    .default(['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D']),
  block_out_channels: z.array(networkWidth).max(maxLevels).default([224, 448, 672, 896]),
  layers_per_block: networkLayers.default(2),
  mid_block_scale_factor: z.number().default(1),
  downsample_padding: z.int().default(1),
  downsample_type: z.string().default('conv'),
  upsample_type: z.string().default('conv'),
  dropout: z.number().min(0).lt(1).default(0),
  act_fn: z.string().default('silu'),
  attention_head_dim: networkWidth.nullable().default(8),
  norm_num_groups: networkWidth.default(32),
  attn_norm_num_groups: networkWidth.nullable().default(null),
  norm_eps: z.number().default(1e-5),
  resnet_time_scale_shift: z.string().default('default'),
  add_attention: z.boolean().default(true),
  class_embed_type: z.string().nullable().default(null),
  num_class_embeds: z.int().nullable().default(null),
  num_train_timesteps: z.int().max(maxTimesteps).nullable().default(null),
});
export type UNet2DConfig = z.infer<typeof UNet2DConfig>;
