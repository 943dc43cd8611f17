import {UserError} from '../../contract/errors.ts';
import type {UNet2DConditionConfig} from '../../contract/model/unet2dConditionConfig.ts';
import {projectionShapes} from '../../nn/projections.ts';
import {timeEmbedding} from '../../nn/timeEmbedding.ts';
import {createDownBlock, createMidBlock, createUpBlock, type AttentionMaker} from '../blocks.ts';
import type {Denoiser, DenoiserInputs} from '../denoiser.ts';
import {unet2dProjectionSites} from '../unet2d/unet2dParts.ts';
import {unet2dStyle, type UNet2DStyle} from '../unet2dStyle.ts';
import {createUNetBody} from '../unetBody.ts';
import {createSpatialTransformer} from './spatialTransformer.ts';
import {checkSupported, headsOfLevels} from './supportedUNet2DCondition.ts';

/**
 * The UNet2DConditionModel of diffusers as Stable Diffusion 1 and 2 have it, with its parameter names, and DeMe's channel-wise
 * projections where the parameters hold them. `where` (the config file) goes into the UserError that refuses a config this project does
 * not implement.
 */
export function createUNet2DCondition(config: UNet2DConditionConfig, where?: string): Denoiser {
  checkSupported(config, where);
  // The transformers count their heads themselves.
  const style = unet2dStyle(config, null, where);
  const [first = 0] = config.block_out_channels;
  const network = createUNetBody(config, style, blocksOf(config, style));
  return {
    shapes: new Map([...network.shapes, ...projectionShapes(unet2dProjectionSites(config), 'full')]),
    inChannels: config.in_channels,
    outChannels: config.out_channels,
    contextWidth: config.cross_attention_dim,
    prepare: (timesteps, condition = {}) => ({
      time: timeEmbedding(timesteps, {width: first, flip: config.flip_sin_to_cos, shift: config.freq_shift}),
      ...condition,
    }),
    predict(params, inputs, options = {}) {
      checkInput(config, inputs, where);
      return network.apply(params, inputs, options);
    },
  };
}

function blocksOf(config: UNet2DConditionConfig, style: UNet2DStyle) {
  const heads = headsOfLevels(config, style.where);
  const {block_out_channels: channels, cross_attention_dim: contextWidth, mid_block_type: middle} = config;
  const projection = config.use_linear_projection ? 'linear' : 'convolution';
  /** Up blocks count from the middle. */
  const transformer =
    (level: number): AttentionMaker =>
    (name, channels) =>
      createSpatialTransformer(name, {channels, heads: heads[level] ?? 1, contextWidth}, style, projection);
  const attention = (type: string | undefined, level: number) =>
    type?.startsWith('CrossAttn') === true ? transformer(level) : null;
  const last = channels.length - 1;
  return {
    downs: config.down_block_types.map((type, i) => createDownBlock(config, style, i, attention(type, i))),
    mid:
      middle === null
        ? null
        : createMidBlock(channels[last] ?? 0, style, config.mid_block_scale_factor, transformer(last)),
    ups: config.up_block_types.map((type, i) => createUpBlock(config, style, i, attention(type, last - i))),
  };
}

function checkInput(config: UNet2DConditionConfig, {noisy, time, context}: DenoiserInputs, where?: string): void {
  const {in_channels: channels, cross_attention_dim: width} = config;
  const [batch] = noisy.shape;
  if (noisy.shape[3] !== channels) {
    const message = `Latents of ${noisy.shape[3]} channels do not fit a model of ${channels}.`;
    throw new UserError('image-channels', message, {where, hint: 'Take autoencoder and network from the same model.'});
  }
  if (context === undefined) {
    const message = 'This network is conditioned on text, of which there is none here.';
    throw new UserError('context-missing', message, {where, hint: 'It cannot be used without a text encoder.'});
  }
  if (time.shape[0] !== batch || context.shape[0] !== batch)
    throw new Error(`${time.shape[0]} timesteps and ${context.shape[0]} contexts for ${batch} latents`);
  if (context.shape[2] === width) return;
  const message = `A text encoder of width ${context.shape[2]} does not fit a cross_attention_dim of ${width}.`;
  throw new UserError('context-width', message, {where, hint: 'Take text encoder and network from the same model.'});
}
