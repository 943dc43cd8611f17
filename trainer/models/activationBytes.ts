import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import type {ActivationSettings} from './architecture.ts';
import {unet2dParts, type UNet2DPart} from './unet2dParts.ts';

const bytesPerValue = 4;

/**
 * Bytes of float32 activations that one image's way through a UNet2DModel leaves for the gradient: what the operations of a training
 * pass keep, as the blocks of this project compute them. With gradient checkpointing: what goes from part to part, and the inside of
 * the largest, which exists only while its gradient is computed. What an engine needs on top for passing results is not in it.
 */
export function activationBytes(config: UNet2DConfig, settings: ActivationSettings): number {
  const [height, width] = settings.size;
  const ends = 2 * height * width * (config.block_out_channels[0] ?? 0);
  const parts = unet2dParts(config, settings.size);
  const between = sum(parts.map((part, i) => taken(part) + (keepsInput(parts[i + 1]) ? part.pixels * part.output : 0)));
  const inside = parts.map((part) => insideOf(part, config, settings.dropout));
  const kept = settings.gradientCheckpointing ? Math.max(0, ...inside) : sum(inside);
  // conv_in, whose output is the first skip connection, and the norm before conv_out.
  return bytesPerValue * (ends + between + kept);
}

/** What a part makes of its input and keeps: the joined channels, or the enlarged image that an upsampler's convolution sees. */
function taken({kind, pixels, input, joined}: UNet2DPart): number {
  return joined || kind === 'upsampler' ? pixels * input : 0;
}

/** Whether a part keeps its input as it comes; after the last is a norm, which does. */
function keepsInput(next: UNet2DPart | undefined): boolean {
  return next === undefined || !(next.joined || next.kind === 'upsampler');
}

function insideOf(part: UNet2DPart, config: UNet2DConfig, dropout: boolean): number {
  const {kind, pixels, input, output} = part;
  if (kind === 'attention') return attentionValues(part, config);
  if (kind !== 'resnet') return 0;
  // Both norms' outputs, the first convolution's output; dropout keeps its mask.
  const masked = dropout && config.dropout > 0 ? 1 : 0;
  return pixels * (input + (2 + masked) * output);
}

/** Norm, queries (also scaled), keys, values, their mixture; and the softmax of all scores, however the queries are chunked. */
function attentionValues({pixels, input}: UNet2DPart, {attention_head_dim}: UNet2DConfig): number {
  const heads = Math.max(1, Math.floor(input / (attention_head_dim ?? input)));
  return pixels * input + 5 * pixels * input + heads * pixels * pixels;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
