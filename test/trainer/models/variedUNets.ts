import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';

const google = {norm_eps: 1e-6, downsample_padding: 0, flip_sin_to_cos: false, freq_shift: 1, attention_head_dim: null};

/** ddpm-cifar10-32. */
const cifar = UNet2DConfig.parse({
  ...google,
  sample_size: 32,
  block_out_channels: [128, 256, 256, 256],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
});

/** ddpm-ema-church-256. */
const church = UNet2DConfig.parse({
  ...google,
  sample_size: 256,
  block_out_channels: [128, 128, 256, 256, 512, 512],
  down_block_types: ['DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D'],
});

const small = {
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16, 32],
  layers_per_block: 1,
  norm_num_groups: 4,
};

/** As the demo's: heads of eight channels at the lowest level. */
const digits = UNet2DConfig.parse({
  ...small,
  sample_size: 28,
  down_block_types: ['DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D'],
});

/** Another conditioning on the timestep, heads that do not divide the channels, no norm before the attention in the middle. */
const scaleShift = UNet2DConfig.parse({
  ...small,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  resnet_time_scale_shift: 'scale_shift',
  attention_head_dim: 12,
  time_embedding_dim: 24,
});

const plainMiddle = UNet2DConfig.parse({
  ...small,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 3,
  add_attention: false,
});

const noMiddle = UNet2DConfig.parse({...plainMiddle, mid_block_type: null});

/** Networks that differ in all that decides how many parameters and activations there are. */
export const variedUNets = {cifar, church, digits, scaleShift, plainMiddle, noMiddle} as const;
