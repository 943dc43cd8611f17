import * as tf from '@tensorflow/tfjs-core';
import {normalImages} from '../models/imageSpace.ts';
import {latentDistribution} from '../models/vae/autoencoder.ts';
import type {OpenAutoencoder} from '../models/vae/openAutoencoder.ts';
import {createRandom} from '../random.ts';
import {fromNchw, inBatches, toNchw, type NchwImages} from './nchw.ts';

export interface EncodeSettings {
  /** Whether the images are bytes; else they are in [-1, 1]. */
  readonly areBytes: boolean;
  /** Noise [N,c,h,w] that the latents are drawn with; null: drawn with `seed`. */
  readonly noise: NchwImages | null;
  readonly seed: number;
  /** Images at once. */
  readonly batch: number;
}

/** With the encoder loaded: mean and log-variance of the latents of images, and latents drawn from them and scaled: all [N,c,h,w], on the host. */
export async function encodeNchw(
  {autoencoder, encoder}: OpenAutoencoder,
  images: NchwImages,
  {areBytes, noise, seed, batch}: EncodeSettings,
): Promise<Record<'mean' | 'logvar' | 'latents', {values: Float32Array; shape: number[]}>> {
  return inBatches(images.shape[0], batch, (from, to) => {
    const pixels = fromNchw(images, from, to);
    const moments = autoencoder.encode(encoder.params, areBytes ? tf.sub(tf.div(pixels, 127.5), 1) : pixels);
    const {mean, logVariance} = moments;
    const [, ...shape] = mean.shape;
    const random = (image: number) => createRandom(seed, 'encode', from + image);
    const drawn = noise === null ? normalImages(to - from, shape, random) : fromNchw(noise, from, to);
    return {
      mean: toNchw(mean),
      logvar: toNchw(logVariance),
      latents: toNchw(autoencoder.sample(latentDistribution(moments), drawn)),
    };
  });
}

/** With the decoder loaded: images [N,C,H,W] of scaled latents [N,c,h,w], about -1 to 1, on the host. */
export async function decodeNchw(
  {autoencoder, decoder}: OpenAutoencoder,
  latents: NchwImages,
  batch: number,
): Promise<{values: Float32Array; shape: number[]}> {
  const {image} = await inBatches(latents.shape[0], batch, (from, to) => ({
    image: toNchw(autoencoder.decode(decoder.params, fromNchw(latents, from, to))),
  }));
  return image;
}
