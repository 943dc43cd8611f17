import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import {groupNormSilu} from '../nn/groupNorm.ts';
import {conv2d, linear, silu} from '../nn/layers.ts';
import {param, type Params} from '../nn/params.ts';
import {project} from '../nn/projections.ts';
import type {DownBlock, UpBlock} from './blocks.ts';
import type {Block} from './checkpointedBlock.ts';
import type {DenoiserInputs, PredictOptions} from './denoiser.ts';
import {affine, bias, type Pass} from './pass.ts';
import {convShapes, linearShapes, normShapes, type ShapeEntry} from './shapes.ts';
import {checkGroups, type UNet2DStyle} from './unet2dStyle.ts';

/** What the configs of all UNets of diffusers have in common. */
export interface UNetBodyConfig {
  readonly in_channels: number;
  readonly out_channels: number;
  readonly block_out_channels: readonly number[];
  readonly center_input_sample: boolean;
}

export interface UNetBlocks {
  readonly downs: readonly DownBlock[];
  /** Null: there is no middle. */
  readonly mid: Block | null;
  readonly ups: readonly UpBlock[];
}

/** A UNet without its weights: embedded time, blocks with skip connections around them, and DeMe's projections after each block. */
export interface UNetBody {
  readonly shapes: readonly ShapeEntry[];
  apply(params: Params, inputs: DenoiserInputs, options: PredictOptions): Tensor4D;
}

export function createUNetBody(
  config: UNetBodyConfig,
  style: UNet2DStyle & {readonly timeWidth: number},
  {downs, mid, ups}: UNetBlocks,
): UNetBody {
  const [first = 0] = config.block_out_channels;
  checkGroups(style, style.groups, first, 'conv_norm_out');
  return {
    shapes: [
      ...convShapes('conv_in', 3, config.in_channels, first),
      ...linearShapes('time_embedding.linear_1', first, style.timeWidth),
      ...linearShapes('time_embedding.linear_2', style.timeWidth, style.timeWidth),
      ...[...downs, ...(mid ? [mid] : []), ...ups].flatMap((block) => block.shapes),
      ...normShapes('conv_norm_out', first),
      ...convShapes('conv_out', 3, first, config.out_channels),
    ],
    apply(params, {noisy, time, context = null}, {onSite, ...options}) {
      const pass: Pass = {params, time: silu(embedTime(params, time)), context, ...options};
      const leave = (site: number, map: Tensor4D) => {
        const projected = project(params, site, map);
        onSite?.(projected);
        return projected;
      };
      let hidden = applyConv(params, 'conv_in', config.center_input_sample ? tf.sub(tf.mul(noisy, 2), 1) : noisy);
      const skips = [hidden];
      for (const [index, block] of downs.entries()) {
        const result = block.apply(pass, hidden);
        skips.push(...result.skips);
        hidden = leave(index, result.hidden);
      }
      hidden = leave(downs.length, mid === null ? hidden : mid.apply(pass, hidden));
      for (const [index, block] of ups.entries())
        hidden = leave(downs.length + 1 + index, block.apply(pass, hidden, skips));
      const normed = groupNormSilu(hidden, affine(params, 'conv_norm_out'), {
        groups: style.groups,
        eps: style.eps,
        activate: true,
      });
      return applyConv(params, 'conv_out', normed);
    },
  };
}

/** [N, timeWidth]: the sinusoids through a dense layer, SiLU and another dense layer. */
function embedTime(params: Params, sinusoids: Tensor2D): Tensor2D {
  const dense = (layer: string, x: Tensor2D) =>
    linear(x, param<Tensor2D>(params, `${layer}.weight`), bias(params, layer));
  return dense('time_embedding.linear_2', silu(dense('time_embedding.linear_1', sinusoids)));
}

function applyConv(params: Params, layer: string, x: Tensor4D): Tensor4D {
  return conv2d(x, param<Tensor4D>(params, `${layer}.weight`), bias(params, layer));
}
