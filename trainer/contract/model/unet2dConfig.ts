import {z} from 'zod';

/**
 * `unet/config.json` of a diffusers `UNet2DModel`, with the defaults of the diffusers class for absent keys.
 * Unknown keys are kept for the round trip; values this project does not implement are refused by name when the model is built.
 */
export const UNet2DConfig = z.looseObject({
  _class_name: z.string().default('UNet2DModel'),
  sample_size: z
    .union([z.int(), z.tuple([z.int(), z.int()])])
    .nullable()
    .default(null),
  in_channels: z.int().min(1).default(3),
  out_channels: z.int().min(1).default(3),
  center_input_sample: z.boolean().default(false),
  time_embedding_type: z.string().default('positional'),
  time_embedding_dim: z.int().nullable().default(null),
  freq_shift: z.number().default(0),
  flip_sin_to_cos: z.boolean().default(true),
  down_block_types: z
    .array(z.string())
    .default(['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D']),
  mid_block_type: z.string().nullable().default('UNetMidBlock2D'),
  up_block_types: z.array(z.string()).default(['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D']),
  block_out_channels: z.array(z.int().min(1)).default([224, 448, 672, 896]),
  layers_per_block: z.int().min(1).default(2),
  mid_block_scale_factor: z.number().default(1),
  downsample_padding: z.int().default(1),
  downsample_type: z.string().default('conv'),
  upsample_type: z.string().default('conv'),
  dropout: z.number().min(0).lt(1).default(0),
  act_fn: z.string().default('silu'),
  attention_head_dim: z.int().nullable().default(8),
  norm_num_groups: z.int().min(1).default(32),
  attn_norm_num_groups: z.int().nullable().default(null),
  norm_eps: z.number().default(1e-5),
  resnet_time_scale_shift: z.string().default('default'),
  add_attention: z.boolean().default(true),
  class_embed_type: z.string().nullable().default(null),
  num_class_embeds: z.int().nullable().default(null),
  num_train_timesteps: z.int().nullable().default(null),
});
export type UNet2DConfig = z.infer<typeof UNet2DConfig>;
