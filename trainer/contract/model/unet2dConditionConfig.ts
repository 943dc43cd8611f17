import * as z from 'zod';
import {maxLevels, networkLayers, networkSide, networkWidth} from './networkSizes.ts';

const Switch = z.unknown().default(null);
const BlockTypes = z.array(z.string()).max(maxLevels);

/**
 * `unet/config.json` of a Stable Diffusion pipeline: a UNet2DConditionModel of diffusers, with the defaults of its class for absent keys,
 * of which configs by old versions have many. Unknown keys are kept for the round trip; values this project does not implement are
 * refused by name when the model is built.
 */
export const UNet2DConditionConfig = z.looseObject({
  _class_name: z.literal('UNet2DConditionModel').default('UNet2DConditionModel'),
  sample_size: z
    .union([networkSide, z.tuple([networkSide, networkSide])])
    .nullable()
    .default(null),
  in_channels: networkWidth.default(4),
  out_channels: networkWidth.default(4),
  center_input_sample: z.boolean().default(false),
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  down_block_types: BlockTypes.default([
    'CrossAttnDownBlock2D',
    'CrossAttnDownBlock2D',
    'CrossAttnDownBlock2D',
    'DownBlock2D',
  ]),
  mid_block_type: z.string().nullable().default('UNetMidBlock2DCrossAttn'),
  up_block_types: BlockTypes.default(['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D']),
  only_cross_attention: Switch.default(false),
  block_out_channels: z.array(networkWidth).max(maxLevels).default([320, 640, 1280, 1280]),
  layers_per_block: networkLayers.default(2),
  downsample_padding: z.int().default(1),
  mid_block_scale_factor: z.number().default(1),
  dropout: z.number().min(0).lt(1).default(0),
  act_fn: z.string().default('silu'),
  norm_num_groups: networkWidth.default(32),
  norm_eps: z.number().positive().default(1e-5),
  cross_attention_dim: networkWidth.default(1280),
  transformer_layers_per_block: Switch.default(1),
  /** The number of heads, whatever its name says; a list has one for each block. */
  attention_head_dim: z.union([networkWidth, z.array(networkWidth).max(maxLevels)]).default(8),
  use_linear_projection: z.boolean().default(false),
  resnet_time_scale_shift: z.string().default('default'),
  time_embedding_dim: networkWidth.nullable().default(null),
  time_embedding_type: z.string().default('positional'),
  conv_in_kernel: Switch.default(3),
  conv_out_kernel: Switch.default(3),
  attention_type: Switch.default('default'),
  dual_cross_attention: Switch.default(false),
  resnet_skip_time_act: Switch.default(false),
  resnet_out_scale_factor: Switch.default(1),
  class_embeddings_concat: Switch.default(false),
  mid_block_only_cross_attention: Switch,
  num_attention_heads: Switch,
  encoder_hid_dim: Switch,
  encoder_hid_dim_type: Switch,
  class_embed_type: Switch,
  num_class_embeds: Switch,
  addition_embed_type: Switch,
  addition_time_embed_dim: Switch,
  time_embedding_act_fn: Switch,
  timestep_post_act: Switch,
  time_cond_proj_dim: Switch,
  projection_class_embeddings_input_dim: Switch,
  cross_attention_norm: Switch,
  reverse_transformer_layers_per_block: Switch,
});
export type UNet2DConditionConfig = z.infer<typeof UNet2DConditionConfig>;
