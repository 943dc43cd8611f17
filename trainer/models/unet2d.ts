import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import type {UNet2DConfig} from '../contract/model/unet2dConfig.ts';
import {groupNormSilu} from '../nn/groupNorm.ts';
import {conv2d, linear, silu} from '../nn/layers.ts';
import {param, type Params} from '../nn/params.ts';
import {project, projectionShapes} from '../nn/projections.ts';
import {timeEmbedding} from '../nn/timeEmbedding.ts';
import {createDownBlock, createMidBlock, createUpBlock} from './blocks.ts';
import type {Denoiser, PredictOptions} from './denoiser.ts';
import {affine, bias, type Pass} from './pass.ts';
import {convShapes, linearShapes, normShapes, type ShapeEntry} from './shapes.ts';
import {checkSupported} from './supportedUNet2D.ts';
import {unet2dProjectionSites} from './unet2dParts.ts';
import {checkGroups, unet2dStyle} from './unet2dStyle.ts';

/**
 * The UNet2DModel of diffusers, with its parameter names, and DeMe's channel-wise projections where the parameters hold
 * them. `where` (the config file) goes into the UserError that refuses a config this project does not implement.
 */
export function createUNet2D(config: UNet2DConfig, where?: string): Denoiser {
  checkSupported(config, where);
  const network = createNetwork(config, where);
  const [first = 0] = config.block_out_channels;
  return {
    shapes: new Map([...network.shapes, ...projectionShapes(unet2dProjectionSites(config), 'full')]),
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    prepare: (timesteps) => ({
      time: timeEmbedding(timesteps, {width: first, flip: config.flip_sin_to_cos, shift: config.freq_shift}),
    }),
    predict(params, {noisy, time}, options = {}) {
      checkInput(config, noisy, time, where);
      return network.apply(params, noisy, time, options);
    },
  };
}

interface Network {
  readonly shapes: readonly ShapeEntry[];
  apply(params: Params, noisy: Tensor4D, timesteps: Tensor2D, options: PredictOptions): Tensor4D;
}

function createNetwork(config: UNet2DConfig, where?: string): Network {
  const style = unet2dStyle(config, where);
  const [first = 0] = config.block_out_channels;
  const levels = config.block_out_channels.length;
  const downs = config.block_out_channels.map((_, index) => createDownBlock(config, style, index));
  const mid = createMidBlock(config, style);
  const ups = config.block_out_channels.map((_, index) => createUpBlock(config, style, index));
  checkGroups(style, style.groups, first, 'conv_norm_out');
  return {
    shapes: [
      ...convShapes('conv_in', 3, config.in_channels, first),
      ...linearShapes('time_embedding.linear_1', first, style.timeWidth),
      ...linearShapes('time_embedding.linear_2', style.timeWidth, style.timeWidth),
      ...[...downs, mid, ...ups].flatMap((block) => block.shapes),
      ...normShapes('conv_norm_out', first),
      ...convShapes('conv_out', 3, first, config.out_channels),
    ],
    apply(params, noisy, timesteps, options) {
      const pass: Pass = {params, time: silu(embedTime(params, timesteps)), ...options};
      let hidden = applyConv(params, 'conv_in', config.center_input_sample ? tf.sub(tf.mul(noisy, 2), 1) : noisy);
      const skips = [hidden];
      for (const [index, block] of downs.entries()) {
        const result = block.apply(pass, hidden);
        skips.push(...result.skips);
        hidden = project(params, index, result.hidden);
      }
      hidden = project(params, levels, mid.apply(pass, hidden));
      for (const [index, block] of ups.entries())
        hidden = project(params, levels + 1 + index, block.apply(pass, hidden, skips));
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

function checkInput(config: UNet2DConfig, noisy: Tensor4D, timesteps: Tensor2D, where?: string): void {
  const [batch, height, width, channels] = noisy.shape;
  const halvings = config.block_out_channels.length - 1;
  if (timesteps.shape[0] !== batch) throw new Error(`${timesteps.shape[0]} timesteps for ${batch} images`);
  if (channels !== config.in_channels) {
    const message = `Images of ${channels} channels do not fit a model of ${config.in_channels}.`;
    throw new UserError('image-channels', message, {where, hint: 'Choose data and model with the same channels.'});
  }
  if (height % 2 ** halvings > 0 || width % 2 ** halvings > 0) {
    const message = `Images of ${height}x${width} do not fit a model that halves them ${halvings} times.`;
    throw new UserError('image-size', message, {where, hint: `Use sizes that are multiples of ${2 ** halvings}.`});
  }
}
