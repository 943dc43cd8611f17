import {UserError} from '../../contract/errors.ts';
import {refuseXl} from '../../contract/model/foreignFamilies.ts';
import type {UNet2DConditionConfig} from '../../contract/model/unet2dConditionConfig.ts';
import {checkEntries, checkLengths, checkValues} from '../supportedValues.ts';

/** The values of each key that this project implements; keys that are not listed take any value. */
const supported: Readonly<Record<string, readonly unknown[]>> = {
  mid_block_type: ['UNetMidBlock2DCrossAttn', null],
  downsample_padding: [0, 1],
  act_fn: ['silu', 'swish'],
  resnet_time_scale_shift: ['default', 'scale_shift'],
  time_embedding_type: ['positional'],
  only_cross_attention: [false],
  conv_in_kernel: [3],
  conv_out_kernel: [3],
  attention_type: ['default'],
  dual_cross_attention: [false],
  resnet_skip_time_act: [false],
  resnet_out_scale_factor: [1],
  class_embeddings_concat: [false],
  mid_block_only_cross_attention: [null, false],
  num_attention_heads: [null],
  encoder_hid_dim: [null],
  encoder_hid_dim_type: [null],
  class_embed_type: [null],
  num_class_embeds: [null],
  addition_embed_type: [null],
  addition_time_embed_dim: [null],
  time_embedding_act_fn: [null],
  timestep_post_act: [null],
  time_cond_proj_dim: [null],
  projection_class_embeddings_input_dim: [null],
  cross_attention_norm: [null],
  reverse_transformer_layers_per_block: [null],
};

const downBlocks = ['CrossAttnDownBlock2D', 'DownBlock2D'];
const upBlocks = ['CrossAttnUpBlock2D', 'UpBlock2D'];

/** Throws a UserError that names the first key of the config, and its value, that this project does not implement. */
export function checkSupported(config: UNet2DConditionConfig, where?: string): void {
  refuseXl(config, where);
  checkValues(config, supported, where);
  checkEntries('down_block_types', config.down_block_types, downBlocks, where);
  checkEntries('up_block_types', config.up_block_types, upBlocks, where);
  checkEntries('transformer_layers_per_block', [config.transformer_layers_per_block].flat(), [1], where);
  checkLengths(config, where);
}

/** Heads of the attention at each level. Throws a UserError for widths that do not split into them. */
export function headsOfLevels(config: UNet2DConditionConfig, where?: string): number[] {
  const {attention_head_dim: given, block_out_channels: channels} = config;
  const heads = typeof given === 'number' ? channels.map(() => given) : given;
  if (heads.length !== channels.length) {
    const message = `attention_head_dim has ${heads.length} entries for ${channels.length} block_out_channels.`;
    throw new UserError('model-invalid', message, {where});
  }
  const odd = channels.findIndex((width, level) => width % (heads[level] ?? 1) !== 0);
  if (odd < 0) return heads;
  throw new UserError('model-invalid', `${channels[odd]} channels do not split into ${heads[odd]} attention heads.`, {
    where,
    hint: 'attention_head_dim is the number of heads here; it must divide block_out_channels.',
  });
}
