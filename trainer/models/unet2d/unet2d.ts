import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {UNet2DConfig} from '../../contract/model/unet2dConfig.ts';
import {projectionShapes} from '../../nn/projections.ts';
import {timeEmbedding} from '../../nn/timeEmbedding.ts';
import {createAttentionBlock} from '../attentionBlock.ts';
import {createDownBlock, createMidBlock, createUpBlock, type AttentionMaker} from '../blocks.ts';
import type {Block} from '../checkpointedBlock.ts';
import type {Denoiser} from '../denoiser.ts';
import {checkSupported} from './supportedUNet2D.ts';
import {unet2dProjectionSites} from './unet2dParts.ts';
import {unet2dStyle, type UNet2DStyle} from '../unet2dStyle.ts';
import {createUNetBody} from '../unetBody.ts';

/**
 * The UNet2DModel of diffusers, with its parameter names, and DeMe's channel-wise projections where the parameters hold
 * them. `where` (the config file) goes into the UserError that refuses a config this project does not implement.
 */
export function createUNet2D(config: UNet2DConfig, where?: string): Denoiser {
  checkSupported(config, where);
  const style = unet2dStyle(config, config.attention_head_dim, where);
  const levels = config.block_out_channels.map((_, index) => index);
  const network = createUNetBody(config, style, {
    downs: levels.map((i) => createDownBlock(config, style, i, levelAttention(config.down_block_types[i], style))),
    mid: createMiddle(config, style),
    ups: levels.map((i) => createUpBlock(config, style, i, levelAttention(config.up_block_types[i], style))),
  });
  const [first = 0] = config.block_out_channels;
  return {
    shapes: new Map([...network.shapes, ...projectionShapes(unet2dProjectionSites(config), 'full')]),
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    contextWidth: null,
    prepare: (timesteps) => ({
      time: timeEmbedding(timesteps, {width: first, flip: config.flip_sin_to_cos, shift: config.freq_shift}),
    }),
    predict(params, {noisy, time}, options = {}) {
      checkInput(config, noisy, time, where);
      return network.apply(params, {noisy, time}, options);
    },
  };
}

/** The attention of a level with blocks named Attn…; null where there is none. */
function levelAttention(type: string | undefined, style: UNet2DStyle): AttentionMaker {
  if (type?.startsWith('Attn') !== true) return null;
  return (name, channels) => createAttentionBlock(name, channels, style, {groups: style.groups});
}

/** UNetMidBlock2D; nothing where `mid_block_type` is null. */
function createMiddle(config: UNet2DConfig, style: UNet2DStyle): Block | null {
  if (config.mid_block_type === null) return null;
  const divisor = config.mid_block_scale_factor;
  // diffusers leaves the norm out of the middle of scale_shift models unless its groups are given.
  const groups = config.attn_norm_num_groups ?? (style.scaleShift ? null : style.groups);
  const attention: AttentionMaker = config.add_attention
    ? (name, channels) => createAttentionBlock(name, channels, style, {groups, divisor})
    : null;
  return createMidBlock(config.block_out_channels.at(-1) ?? 0, style, divisor, attention);
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
