import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import {unet2dParts, type UNet2DPart} from './unet2dParts.ts';

/** Scalars of a UNet2DModel, from its config alone, without DeMe's projections. */
export function parameterCount(config: UNet2DConfig): number {
  const first = config.block_out_channels[0] ?? 0;
  const time = timeWidth(config);
  const counts = unet2dParts(config, [1, 1]).map((part) => partCount(part, config));
  const ends = convolution(3, config.in_channels, first) + convolution(3, first, config.out_channels) + 2 * first;
  return ends + linear(first, time) + linear(time, time) + counts.reduce((sum, count) => sum + count, 0);
}

/** Scalars of the projections on every block: a square matrix for each down block, the middle and each up block. */
export function projectionCount({block_out_channels: channels}: UNet2DConfig): number {
  const square = (value = 0) => value * value;
  return 2 * channels.reduce((sum, value) => sum + square(value), 0) + square(channels.at(-1));
}

function partCount({kind, name, input, output}: UNet2DPart, config: UNet2DConfig): number {
  if (kind === 'attention') return attentionCount(name, input, config);
  if (kind !== 'resnet') return convolution(3, input, output);
  const conditioned = config.resnet_time_scale_shift === 'scale_shift' ? 2 * output : output;
  const shortcut = input === output ? 0 : convolution(1, input, output);
  const convolutions = convolution(3, input, output) + convolution(3, output, output) + shortcut;
  return 2 * (input + output) + convolutions + linear(timeWidth(config), conditioned);
}

function attentionCount(name: string, channels: number, config: UNet2DConfig): number {
  const width = config.attention_head_dim ?? channels;
  const inner = Math.max(1, Math.floor(channels / width)) * width;
  const isBare =
    name.startsWith('mid_block') &&
    config.attn_norm_num_groups === null &&
    config.resnet_time_scale_shift === 'scale_shift';
  return (isBare ? 0 : 2 * channels) + 3 * linear(channels, inner) + linear(inner, channels);
}

function timeWidth({time_embedding_dim, block_out_channels}: UNet2DConfig): number {
  return time_embedding_dim ?? 4 * (block_out_channels[0] ?? 0);
}

function convolution(side: number, input: number, output: number): number {
  return side * side * input * output + output;
}

function linear(input: number, output: number): number {
  return input * output + output;
}
