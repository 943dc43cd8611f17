import {UserError} from '../contract/errors.ts';
import type {UNet2DConditionConfig} from '../contract/model/unet2dConditionConfig.ts';
import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';

/** What all blocks of one network share, taken from a checked config. */
export interface UNet2DStyle {
  readonly groups: number;
  readonly eps: number;
  /** Width of the time embedding; null: there is none. */
  readonly timeWidth: number | null;
  /** The time embedding scales and shifts after the norm instead of being added before it. */
  readonly scaleShift: boolean;
  readonly dropout: number;
  /** Channels of an attention head; null: one head. */
  readonly headWidth: number | null;
  readonly downsamplePadding: 0 | 1;
  /** The config file, for errors. */
  readonly where?: string;
}

/** @param headWidth as in `UNet2DStyle`: the configs of the two kinds of UNet say it in different ways */
export function unet2dStyle(
  config: UNet2DConfig | UNet2DConditionConfig,
  headWidth: number | null,
  where?: string,
): UNet2DStyle & {readonly timeWidth: number} {
  return {
    groups: config.norm_num_groups,
    eps: config.norm_eps,
    timeWidth: config.time_embedding_dim ?? 4 * (config.block_out_channels[0] ?? 0),
    scaleShift: config.resnet_time_scale_shift === 'scale_shift',
    dropout: config.dropout,
    headWidth,
    downsamplePadding: config.downsample_padding === 0 ? 0 : 1,
    where,
  };
}

/** Refuses a norm whose channels do not split into the groups. */
export function checkGroups(
  {where}: Pick<UNet2DStyle, 'where'>,
  groups: number,
  channels: number,
  layer: string,
): void {
  if (channels % groups === 0) return;
  throw new UserError('model-invalid', `${layer} has ${channels} channels, which do not split into ${groups} groups.`, {
    where,
    hint: 'Choose norm_num_groups so that it divides all block_out_channels and their sums.',
  });
}

/** Number of attention heads and their total width, which diffusers rounds down to a multiple of the head width. */
export function headsOf(
  {headWidth, where}: UNet2DStyle,
  channels: number,
  layer: string,
): {heads: number; inner: number} {
  const width = headWidth ?? channels;
  const heads = Math.floor(channels / width);
  if (heads >= 1) return {heads, inner: heads * width};
  throw new UserError('model-invalid', `${layer} has ${channels} channels, fewer than attention_head_dim ${width}.`, {
    where,
    hint: 'Lower attention_head_dim, or set it to null for one head.',
  });
}
