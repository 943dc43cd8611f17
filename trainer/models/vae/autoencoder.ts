import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {AutoencoderConfig} from '../../contract/model/autoencoderConfig.ts';
import type {Params} from '../../nn/params.ts';
import {checkEntries, checkLengths, checkValues} from '../supportedValues.ts';
import type {Block} from '../checkpointedBlock.ts';
import type {Pass} from '../pass.ts';
import type {UNet2DStyle} from '../unet2dStyle.ts';
import {decoderBlocks, encoderBlocks} from './autoencoderBlocks.ts';

/** The distribution of an image's latents: a mean and the logarithm of a variance for each value, [N,h,w,L]. */
export interface LatentMoments {
  readonly mean: Tensor4D;
  readonly logVariance: Tensor4D;
}

/** The same by the standard deviation, which a draw multiplies noise with. */
export interface LatentDistribution {
  readonly mean: Tensor4D;
  readonly deviation: Tensor4D;
}

export function latentDistribution({mean, logVariance}: LatentMoments): LatentDistribution {
  return {mean, deviation: tf.exp(tf.mul<Tensor4D>(logVariance, 0.5))};
}

/**
 * The AutoencoderKL of diffusers (Rombach et al. 2022, section 3.1) without its weights, between images [N,H,W,C] in [-1, 1] and latents
 * [N,h,w,L] as a diffusion model sees them, that is scaled. Methods with tensors are to be called inside a tidy; no method is meant
 * to be differentiated.
 */
export interface Autoencoder {
  /** Name and shape ([kh, kw, in, out], [in, out], [n]) of each parameter. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Of those, what `encode` takes, and what `decode` takes. */
  readonly encoderShapes: ReadonlyMap<string, readonly number[]>;
  readonly decoderShapes: ReadonlyMap<string, readonly number[]>;
  readonly imageChannels: number;
  readonly latentChannels: number;
  /** A side of an image divided by that of its latents. */
  readonly factor: number;
  /** Sizes that are no multiples of `factor` are halved and rounded down level by level. */
  encode(params: Params, images: Tensor4D): LatentMoments;
  /** Draws latents from their distribution, by standard normal noise of their shape. */
  sample(distribution: LatentDistribution, noise: Tensor4D): Tensor4D;
  /** Latents -> images, not clipped. */
  decode(params: Params, latents: Tensor4D): Tensor4D;
}

/**
 * `where` (the config file) goes into the UserError that refuses a config this project does not implement. Maps of more than `bandLimit` numbers
 * are computed in bands of rows.
 */
export function createAutoencoder(config: AutoencoderConfig, where?: string, bandLimit = usualBand): Autoencoder {
  checkSupported(config, where);
  const style: UNet2DStyle = {
    groups: config.norm_num_groups,
    eps: 1e-6,
    timeWidth: null,
    scaleShift: false,
    dropout: 0,
    headWidth: null,
    downsamplePadding: 0,
    where,
  };
  const [encoder, decoder] = [encoderBlocks(config, style), decoderBlocks(config, style)];
  const {scaling_factor: scale, latent_channels: channels} = config;
  const shift = config.shift_factor ?? 0;
  const apply = (blocks: readonly Block[], params: Params, x: Tensor4D) => through(blocks, {params, bandLimit}, x);
  const shapesOf = (blocks: readonly Block[]) => new Map(blocks.flatMap(({shapes}) => shapes));
  return {
    shapes: shapesOf([...encoder, ...decoder]),
    encoderShapes: shapesOf(encoder),
    decoderShapes: shapesOf(decoder),
    imageChannels: config.in_channels,
    latentChannels: channels,
    factor: 2 ** (config.block_out_channels.length - 1),
    encode(params, images) {
      checkChannels('Images', images, config.in_channels, where);
      const [mean, logVariance] = tf.split(apply(encoder, params, images), 2, 3) as [Tensor4D, Tensor4D];
      return {mean, logVariance: tf.clipByValue(logVariance, -30, 20)};
    },
    sample({mean, deviation}, noise) {
      const latents: Tensor4D = tf.add(mean, tf.mul(deviation, noise));
      return tf.mul(shift === 0 ? latents : tf.sub(latents, shift), scale);
    },
    decode(params, latents) {
      checkChannels('Latents', latents, channels, where);
      const unscaled: Tensor4D = tf.div(latents, scale);
      return apply(decoder, params, shift === 0 ? unscaled : tf.add(unscaled, shift));
    },
  };
}

/** Numbers of a band of rows, 32 MiB: a few dozen rows of the widest maps of a 512 x 512 image. */
const usualBand = 2 ** 23;

/** Frees the activations of each block after it, and takes large maps in bands: all of a 512 x 512 image would take gigabytes. */
function through(blocks: readonly Block[], pass: Pick<Pass, 'params' | 'bandLimit'>, x: Tensor4D): Tensor4D {
  return blocks.reduce((hidden, block) => {
    const next = tf.tidy(() => block.apply({...pass, time: null, context: null}, hidden));
    if (hidden !== x) hidden.dispose();
    return next;
  }, x);
}

const supported: Readonly<Record<string, readonly unknown[]>> = {
  _class_name: ['AutoencoderKL'],
  act_fn: ['silu', 'swish'],
  latents_mean: [null],
  latents_std: [null],
};

function checkSupported(config: AutoencoderConfig, where?: string): void {
  checkValues(config, supported, where);
  checkEntries('down_block_types', config.down_block_types, ['DownEncoderBlock2D'], where);
  checkEntries('up_block_types', config.up_block_types, ['UpDecoderBlock2D'], where);
  checkLengths(config, where);
}

function checkChannels(what: string, {shape}: Tensor4D, channels: number, where?: string): void {
  if (shape[3] === channels) return;
  const message = `${what} of ${shape[3]} channels do not fit an autoencoder for ${channels}.`;
  throw new UserError('image-channels', message, {where, hint: 'Take autoencoder and network from the same model.'});
}
