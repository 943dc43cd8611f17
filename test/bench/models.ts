import type {NetworkConfig} from '../../trainer/contract/model/networkConfig.ts';
import {UNet2DConditionConfig} from '../../trainer/contract/model/unet2dConditionConfig.ts';
import {UNet2DConfig} from '../../trainer/contract/model/unet2dConfig.ts';

/** A published architecture; the bench gives it random weights, which cost the same time. */
export interface BenchModel {
  readonly unetConfig: NetworkConfig;
  /** Number of parameters without projections, as a check of the config. */
  readonly parameters: number;
}

/** What all of Google's DDPM models have in common. */
const ddpm = {
  norm_eps: 1e-6,
  norm_num_groups: 32,
  downsample_padding: 0,
  flip_sin_to_cos: false,
  freq_shift: 1,
  attention_head_dim: null,
};

const models: Readonly<Record<string, BenchModel>> = {
  'ddpm-cifar10-32': {
    unetConfig: UNet2DConfig.parse({
      ...ddpm,
      sample_size: 32,
      block_out_channels: [128, 256, 256, 256],
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
    }),
    parameters: 35_746_307,
  },
  // The same for bedrooms and churches.
  'ddpm-ema-church-256': {
    unetConfig: UNet2DConfig.parse({
      ...ddpm,
      sample_size: 256,
      block_out_channels: [128, 128, 256, 256, 512, 512],
      down_block_types: ['DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D'],
    }),
    parameters: 113_673_219,
  },
  'stable-diffusion-v1': {
    unetConfig: UNet2DConditionConfig.parse({sample_size: 64, cross_attention_dim: 768}),
    parameters: 859_520_964,
  },
  // Half as wide, as a training of the whole one takes more memory than most computers have.
  'stable-diffusion-half': {
    unetConfig: UNet2DConditionConfig.parse({
      sample_size: 64,
      cross_attention_dim: 768,
      block_out_channels: [160, 320, 640, 640],
    }),
    parameters: 219_789_284,
  },
};

export function requireModel(name: string): BenchModel {
  const model = models[name];
  if (model === undefined) throw new Error(`there is no model ${name}`);
  return model;
}
