import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {AutoencoderConfig} from '../../contract/model/autoencoderConfig.ts';
import {conv2d} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';
import {downsample, upsampleNearest} from '../../nn/resample.ts';
import {inRowBands} from '../../nn/rowBands.ts';
import {createAttentionBlock} from '../attentionBlock.ts';
import {checkpointed, type Block} from '../checkpointedBlock.ts';
import {normalisation} from '../normalisation.ts';
import {affine, bias} from '../pass.ts';
import {createResnetBlock} from '../resnetBlock.ts';
import {convShapes, normShapes} from '../shapes.ts';
import {checkGroups, type UNet2DStyle} from '../unet2dStyle.ts';

/** Images [N,H,W,C] -> mean and log-variance of their latents side by side, [N,h,w,2L]. */
export function encoderBlocks(config: AutoencoderConfig, style: UNet2DStyle): Block[] {
  const {block_out_channels: channels, latent_channels: latents} = config;
  const last = channels.length - 1;
  const levels = channels.flatMap((output, level) => {
    const name = `encoder.down_blocks.${level}`;
    const resnets = resnetBlocks(name, config.layers_per_block, channels[level - 1] ?? output, output, style);
    return level === last ? resnets : [...resnets, downsampler(`${name}.downsamplers.0.conv`, output)];
  });
  return [
    convolution('encoder.conv_in', 3, config.in_channels, channels[0] ?? 0),
    ...levels,
    ...middleBlocks('encoder.mid_block', channels.at(-1) ?? 0, config, style),
    output('encoder', channels.at(-1) ?? 0, 2 * latents, style),
    ...(config.use_quant_conv ? [convolution('quant_conv', 1, 2 * latents, 2 * latents)] : []),
  ].map(checkpointed);
}

/** Latents [N,h,w,L] -> images [N,H,W,C]. */
export function decoderBlocks(config: AutoencoderConfig, style: UNet2DStyle): Block[] {
  const {latent_channels: latents} = config;
  const channels = config.block_out_channels.toReversed();
  const [widest = 0, last] = [channels[0], channels.length - 1];
  const levels = channels.flatMap((output, level) => {
    const name = `decoder.up_blocks.${level}`;
    const resnets = resnetBlocks(name, config.layers_per_block + 1, channels[level - 1] ?? output, output, style);
    return level === last ? resnets : [...resnets, upsampler(`${name}.upsamplers.0.conv`, output)];
  });
  return [
    ...(config.use_post_quant_conv ? [convolution('post_quant_conv', 1, latents, latents)] : []),
    convolution('decoder.conv_in', 3, latents, widest),
    ...middleBlocks('decoder.mid_block', widest, config, style),
    ...levels,
    output('decoder', channels[last] ?? 0, config.out_channels, style),
  ].map(checkpointed);
}

function resnetBlocks(block: string, count: number, input: number, output: number, style: UNet2DStyle): Block[] {
  return Array.from({length: count}, (_, i) =>
    createResnetBlock(`${block}.resnets.${i}`, i === 0 ? input : output, output, style),
  );
}

function middleBlocks(name: string, channels: number, config: AutoencoderConfig, style: UNet2DStyle): Block[] {
  const resnet = (index: number) => createResnetBlock(`${name}.resnets.${index}`, channels, channels, style);
  if (!config.mid_block_add_attention) return [resnet(0), resnet(1)];
  const attention = createAttentionBlock(`${name}.attentions.0`, channels, style, {groups: style.groups});
  return [resnet(0), attention, resnet(1)];
}

function convolution(name: string, size: number, input: number, output: number): Block {
  return {
    shapes: convShapes(name, size, input, output),
    apply: ({params}, x) => conv2d(x, kernel(params, name), bias(params, name)),
  };
}

function downsampler(name: string, channels: number): Block {
  return {
    shapes: convShapes(name, 3, channels, channels),
    apply: ({params}, x) => downsample(x, kernel(params, name), bias(params, name), 0),
  };
}

function upsampler(name: string, channels: number): Block {
  return {
    shapes: convShapes(name, 3, channels, channels),
    apply: ({params, bandLimit = Infinity}, x) =>
      inRowBands([x], bandLimit, (x) => conv2d(upsampleNearest(x), kernel(params, name), bias(params, name)), 2),
  };
}

/** The last norm, SiLU and convolution of a half. */
function output(half: string, channels: number, output: number, style: UNet2DStyle): Block {
  const [norm, conv] = [`${half}.conv_norm_out`, `${half}.conv_out`];
  checkGroups(style, style.groups, channels, norm);
  const settings = {groups: style.groups, eps: style.eps, activate: true};
  return {
    shapes: [...normShapes(norm, channels), ...convShapes(conv, 3, channels, output)],
    apply: (pass, x) => {
      const {params, bandLimit = Infinity} = pass;
      const normed = normalisation(pass, x, affine(params, norm), settings);
      return inRowBands([x], bandLimit, (x) => conv2d(normed(x), kernel(params, conv), bias(params, conv)));
    },
  };
}

function kernel(params: Params, name: string): Tensor4D {
  return param<Tensor4D>(params, `${name}.weight`);
}
