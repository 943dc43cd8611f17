import {describe, expect, it} from 'vitest';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {createUNet2D} from '../../../../trainer/models/unet2d/unet2d.ts';
import {anchorConfig} from '../../../helpers/models/anchorModel.ts';

const refused = [
  ['_class_name', 'UNet2DConditionModel'],
  ['time_embedding_type', 'fourier'],
  ['time_embedding_type', 'learned'],
  ['mid_block_type', 'UNetMidBlock2DCrossAttn'],
  ['downsample_padding', 2],
  ['downsample_type', 'resnet'],
  ['upsample_type', 'resnet'],
  ['act_fn', 'gelu'],
  ['resnet_time_scale_shift', 'spatial'],
  ['class_embed_type', 'timestep'],
  ['num_class_embeds', 10],
] as const;

function refusal(changes: object): UserError {
  try {
    createUNet2D({...anchorConfig, ...changes}, 'unet/config.json');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('unsupported configs', () => {
  it.each(refused)('refuses %s %s by name', (key, value) => {
    const error = refusal({[key]: value});
    expect(error.code).toBe('model-unsupported');
    expect(error.message).toContain(`${key} ${JSON.stringify(value)}`);
    expect(error.where).toBe('unet/config.json');
  });

  it.each(['SkipDownBlock2D', 'ResnetDownsampleBlock2D', 'CrossAttnDownBlock2D', 'KDownBlock2D'])(
    'refuses the down block %s',
    (block) => {
      const error = refusal({down_block_types: ['DownBlock2D', block]});
      expect(error.code).toBe('model-unsupported');
      expect(error.message).toContain(block);
    },
  );

  it.each(['SkipUpBlock2D', 'ResnetUpsampleBlock2D', 'CrossAttnUpBlock2D', 'KUpBlock2D'])(
    'refuses the up block %s',
    (block) => {
      const error = refusal({up_block_types: [block, 'UpBlock2D']});
      expect(error.code).toBe('model-unsupported');
      expect(error.message).toContain(block);
    },
  );

  it.each([
    ['lists of different lengths', {block_out_channels: [32, 64, 64]}, 'block_out_channels has 3 entries'],
    ['groups that do not divide the channels', {norm_num_groups: 5}, 'conv_norm_out|norm1 has 32 channels'],
    ['an attention norm that does not fit', {attn_norm_num_groups: 7}, 'mid_block.attentions.0.group_norm'],
    ['heads wider than the layer', {attention_head_dim: 128}, 'attention_head_dim 128'],
  ])('refuses %s', (_, changes, message) => {
    const error = refusal(changes);
    expect(error.code).toBe('model-invalid');
    expect(error.message).toMatch(new RegExp(message));
  });
});
