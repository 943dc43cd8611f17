import type {Tensor4D} from '@tensorflow/tfjs-core';
import {concatChannels, conv2d} from '../nn/layers.ts';
import {param} from '../nn/params.ts';
import {downsample, upsampleNearest} from '../nn/resample.ts';
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

/** What one level of a UNet is made of. */
export interface UNetWidths {
  readonly block_out_channels: readonly number[];
  readonly layers_per_block: number;
}

/** The attention after a resnet, by its name and its channels; null: there is none at this level. */
export type AttentionMaker = ((name: string, channels: number) => Block) | null;

/** Down block number `index`. */
export function createDownBlock(
  {block_out_channels: channels, layers_per_block: count}: UNetWidths,
  style: UNet2DStyle,
  index: number,
  attention: AttentionMaker,
): DownBlock {
  const name = `down_blocks.${index}`;
  const output = at(channels, index);
  const input = index === 0 ? output : at(channels, index - 1);
  const layers = Array.from({length: count}, (_, layer) =>
    createLayer(name, layer, layer === 0 ? input : output, output, attention, style),
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

/** A resnet, the attention if there is one, and another resnet, all divided by `divisor`. */
export function createMidBlock(
  channels: number,
  style: UNet2DStyle,
  divisor: number,
  attention: AttentionMaker,
): Block {
  const resnet = (index: number) => createResnetBlock(`mid_block.resnets.${index}`, channels, channels, style, divisor);
  const blocks: Block[] = [resnet(0), ...(attention ? [attention('mid_block.attentions.0', channels)] : []), resnet(1)];
  const parts = blocks.map(checkpointed);
  return {
    shapes: parts.flatMap((part) => part.shapes),
    apply: (pass, x) => parts.reduce((hidden, part) => part.apply(pass, hidden), x),
  };
}

/** Up block number `index`, counted from the middle. It enlarges to the size of the skip connection that comes next. */
export function createUpBlock(
  widths: UNetWidths,
  style: UNet2DStyle,
  index: number,
  attention: AttentionMaker,
): UpBlock {
  const name = `up_blocks.${index}`;
  const channels = widths.block_out_channels.toReversed();
  const [output, last] = [at(channels, index), channels.length - 1];
  const previous = at(channels, Math.max(index - 1, 0));
  const oldest = at(channels, Math.min(index + 1, last));
  const layers = Array.from({length: widths.layers_per_block + 1}, (_, layer) => {
    const skip = layer === widths.layers_per_block ? oldest : output;
    return createLayer(name, layer, (layer === 0 ? previous : output) + skip, output, attention, style);
  });
  const sampler = index < last ? `${name}.upsamplers.0.conv` : null;
  return {
    shapes: [
      ...layers.flatMap((layer) => layer.shapes),
      ...(sampler === null ? [] : convShapes(sampler, 3, output, output)),
    ],
    apply(pass, x, skips) {
      const hidden = layers.reduce((hidden, layer) => layer.apply(pass, concatChannels(hidden, popSkip(skips))), x);
      return sampler === null ? hidden : applyUpsampler(pass, sampler, hidden, skips.at(-1));
    },
  };
}

/** One resnet and the attention after it. */
function createLayer(
  block: string,
  index: number,
  input: number,
  output: number,
  attention: AttentionMaker,
  style: UNet2DStyle,
): Block {
  const resnet = createResnetBlock(`${block}.resnets.${index}`, input, output, style);
  const attend = attention?.(`${block}.attentions.${index}`, output);
  if (attend === undefined) return checkpointed(resnet);
  return checkpointed({
    shapes: [...resnet.shapes, ...attend.shapes],
    apply: (pass, x) => attend.apply(pass, resnet.apply(pass, x)),
  });
}

function applyDownsampler({params}: Pass, name: string, x: Tensor4D, padding: 0 | 1): Tensor4D {
  return downsample(x, param<Tensor4D>(params, `${name}.weight`), bias(params, name), padding);
}

function applyUpsampler({params}: Pass, name: string, x: Tensor4D, skip: Tensor4D | undefined): Tensor4D {
  const enlarged = upsampleNearest(x, skip && [skip.shape[1], skip.shape[2]]);
  return conv2d(enlarged, param<Tensor4D>(params, `${name}.weight`), bias(params, name));
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
