import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import {concatChannels, conv2d} from '../nn/layers.ts';
import {param} from '../nn/params.ts';
import {downsample, upsampleNearest} from '../nn/resample.ts';
import {createAttentionBlock} from './attentionBlock.ts';
import {checkpointed, type Block} from './checkpointedBlock.ts';
import {bias, type Pass} from './pass.ts';
import {createResnetBlock} from './resnetBlock.ts';
import {convShapes, type ShapeEntry} from './shapes.ts';
import type {UNet2DStyle} from './unet2dStyle.ts';

export interface DownBlock {
  readonly shapes: readonly ShapeEntry[];
  /** Returns the hidden state and what goes to the skip connections, oldest first. */
  apply(pass: Pass, x: Tensor4D): {hidden: Tensor4D; skips: Tensor4D[]};
}

export interface UpBlock {
  readonly shapes: readonly ShapeEntry[];
  /** Takes its skips off the end of `skips`. */
  apply(pass: Pass, x: Tensor4D, skips: Tensor4D[]): Tensor4D;
}

/** DownBlock2D or AttnDownBlock2D number `index`. */
export function createDownBlock(config: UNet2DConfig, style: UNet2DStyle, index: number): DownBlock {
  const name = `down_blocks.${index}`;
  const {channels, types} = {channels: config.block_out_channels, types: config.down_block_types};
  const output = at(channels, index);
  const input = index === 0 ? output : at(channels, index - 1);
  const layers = Array.from({length: config.layers_per_block}, (_, layer) =>
    createLayer(name, layer, layer === 0 ? input : output, output, at(types, index) === 'AttnDownBlock2D', style),
  );
  const sampler = index < channels.length - 1 ? `${name}.downsamplers.0.conv` : null;
  return {
    shapes: [
      ...layers.flatMap((layer) => layer.shapes),
      ...(sampler === null ? [] : convShapes(sampler, 3, output, output)),
    ],
    apply(pass, x) {
      const skips: Tensor4D[] = [];
      let hidden = x;
      for (const layer of layers) skips.push((hidden = layer.apply(pass, hidden)));
      if (sampler !== null) skips.push((hidden = applyDownsampler(pass, sampler, hidden, style.downsamplePadding)));
      return {hidden, skips};
    },
  };
}

/** UNetMidBlock2D: resnet, attention (unless `add_attention` is off), resnet; nothing where `mid_block_type` is null. */
export function createMidBlock(config: UNet2DConfig, style: UNet2DStyle): Block {
  if (config.mid_block_type === null) return {shapes: [], apply: (_, x) => x};
  const channels = at(config.block_out_channels, config.block_out_channels.length - 1);
  const divisor = config.mid_block_scale_factor;
  // diffusers leaves the norm out of the middle of scale_shift models unless its groups are given.
  const groups = config.attn_norm_num_groups ?? (style.scaleShift ? null : style.groups);
  const resnet = (index: number) => createResnetBlock(`mid_block.resnets.${index}`, channels, channels, style, divisor);
  const attention = () => createAttentionBlock('mid_block.attentions.0', channels, style, {groups, divisor});
  const blocks = config.add_attention ? [resnet(0), attention(), resnet(1)] : [resnet(0), resnet(1)];
  const parts = blocks.map(checkpointed);
  return {
    shapes: parts.flatMap((part) => part.shapes),
    apply: (pass, x) => parts.reduce((hidden, part) => part.apply(pass, hidden), x),
  };
}

/** UpBlock2D or AttnUpBlock2D number `index`, counted from the middle. */
export function createUpBlock(config: UNet2DConfig, style: UNet2DStyle, index: number): UpBlock {
  const name = `up_blocks.${index}`;
  const channels = config.block_out_channels.toReversed();
  const [output, last] = [at(channels, index), channels.length - 1];
  const previous = at(channels, Math.max(index - 1, 0));
  const oldest = at(channels, Math.min(index + 1, last));
  const attend = at(config.up_block_types, index) === 'AttnUpBlock2D';
  const layers = Array.from({length: config.layers_per_block + 1}, (_, layer) => {
    const skip = layer === config.layers_per_block ? oldest : output;
    return createLayer(name, layer, (layer === 0 ? previous : output) + skip, output, attend, style);
  });
  const sampler = index < last ? `${name}.upsamplers.0.conv` : null;
  return {
    shapes: [
      ...layers.flatMap((layer) => layer.shapes),
      ...(sampler === null ? [] : convShapes(sampler, 3, output, output)),
    ],
    apply(pass, x, skips) {
      const hidden = layers.reduce((hidden, layer) => layer.apply(pass, concatChannels(hidden, popSkip(skips))), x);
      return sampler === null ? hidden : applyUpsampler(pass, sampler, hidden);
    },
  };
}

/** One resnet and, in the Attn blocks, the attention after it. */
function createLayer(
  block: string,
  index: number,
  input: number,
  output: number,
  attend: boolean,
  style: UNet2DStyle,
): Block {
  const resnet = createResnetBlock(`${block}.resnets.${index}`, input, output, style);
  if (!attend) return checkpointed(resnet);
  const attention = createAttentionBlock(`${block}.attentions.${index}`, output, style, {groups: style.groups});
  return checkpointed({
    shapes: [...resnet.shapes, ...attention.shapes],
    apply: (pass, x) => attention.apply(pass, resnet.apply(pass, x)),
  });
}

function applyDownsampler({params}: Pass, name: string, x: Tensor4D, padding: 0 | 1): Tensor4D {
  return downsample(x, param<Tensor4D>(params, `${name}.weight`), bias(params, name), padding);
}

function applyUpsampler({params}: Pass, name: string, x: Tensor4D): Tensor4D {
  return conv2d(upsampleNearest(x), param<Tensor4D>(params, `${name}.weight`), bias(params, name));
}

function popSkip(skips: Tensor4D[]): Tensor4D {
  const skip = skips.pop();
  if (skip === undefined) throw new Error('more up layers than skip connections');
  return skip;
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`no entry ${index} of ${values.length}`);
  return value;
}
