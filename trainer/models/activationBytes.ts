import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import type {ActivationSettings} from './architecture.ts';
import {manyPixels} from './attentionBlock.ts';
import {unet2dParts, type UNet2DPart, type UNetLayout} from './unet2d/unet2dParts.ts';

const bytesPerValue = 4;

/** Values that the attention at a part keeps. */
type AttentionValues = (part: UNet2DPart) => number;

/** Bytes of float32 activations that the forward pass of one image through a UNet2DModel keeps for the gradient. */
export function activationBytes(config: UNet2DConfig, settings: ActivationSettings): number {
  return unetActivationBytes(config, settings, (part) => attentionValues(part, config));
}

/**
 * Bytes of float32 activations that the forward pass of one image through a UNet keeps for the gradient: what the operations of a training
 * pass keep, as the blocks of this project compute them. With gradient checkpointing: what goes from part to part, and the inside of
 * the largest, which exists only while its gradient is computed. What an engine needs on top for passing results is not in it.
 */
export function unetActivationBytes(
  config: UNetLayout & {readonly dropout: number},
  settings: ActivationSettings,
  attention: AttentionValues,
): number {
  const [height, width] = settings.size;
  const ends = 2 * height * width * (config.block_out_channels[0] ?? 0);
  const parts = unet2dParts(config, settings.size);
  const between = sum(parts.map((part, i) => taken(part) + (keepsInput(parts[i + 1]) ? part.pixels * part.output : 0)));
  const masked = settings.dropout && config.dropout > 0;
  const inside = parts.map((part) => (part.kind === 'attention' ? attention(part) : insideOf(part, masked)));
  const kept = settings.gradientCheckpointing ? Math.max(0, ...inside) : sum(inside);
  // conv_in, whose output is the first skip connection, and the norm before conv_out.
  return bytesPerValue * (ends + between + kept);
}

/** What a part computes from its input and keeps: the joined channels, or the enlarged image that an upsampler's convolution sees. */
function taken({kind, pixels, input, joined}: UNet2DPart): number {
  return joined || kind === 'upsampler' ? pixels * input : 0;
}

/** Whether a part keeps its input as it comes; after the last is a norm, which does. */
function keepsInput(next: UNet2DPart | undefined): boolean {
  return next === undefined || !(next.joined || next.kind === 'upsampler');
}

function insideOf({kind, pixels, input, output}: UNet2DPart, masked: boolean): number {
  if (kind !== 'resnet') return 0;
  // Both norms' outputs, the first convolution's output; dropout keeps its mask.
  return pixels * (input + (masked ? 3 : 2) * output);
}

/**
 * Norm, queries, keys, values, their mixture; and where scores are kept, the queries as they were scaled and the softmax of all scores, however the
 * queries are chunked.
 */
function attentionValues({pixels, input}: UNet2DPart, {attention_head_dim}: UNet2DConfig): number {
  const heads = Math.max(1, Math.floor(input / (attention_head_dim ?? input)));
  const kept = pixels > manyPixels ? 0 : pixels * input + heads * pixels * pixels;
  return 5 * pixels * input + kept;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
