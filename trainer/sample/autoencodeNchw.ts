import * as tf from '@tensorflow/tfjs-core';
import type {LoadedAutoencoder} from '../models/vae/loadAutoencoder.ts';
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

/** Mean and log-variance of the latents of images, and latents drawn from them and scaled: all [N,c,h,w], on the host. */
export async function encodeNchw(
  {autoencoder, params}: LoadedAutoencoder,
  images: NchwImages,
  {areBytes, noise, seed, batch}: EncodeSettings,
): Promise<Record<'mean' | 'logvar' | 'latents', {values: Float32Array; shape: number[]}>> {
  return inBatches(images.shape[0], batch, (from, to) => {
    const pixels = fromNchw(images, from, to);
    const moments = autoencoder.encode(params, areBytes ? tf.sub(tf.div(pixels, 127.5), 1) : pixels);
    const {mean, logVariance} = moments;
    const drawn = noise === null ? normal(mean.shape, seed, from) : fromNchw(noise, from, to);
    return {mean: toNchw(mean), logvar: toNchw(logVariance), latents: toNchw(autoencoder.sample(moments, drawn))};
  });
}

/** Images [N,C,H,W] of scaled latents [N,c,h,w], about -1 to 1, on the host. */
export async function decodeNchw(
  {autoencoder, params}: LoadedAutoencoder,
  latents: NchwImages,
  batch: number,
): Promise<{values: Float32Array; shape: number[]}> {
  const {image} = await inBatches(latents.shape[0], batch, (from, to) => ({
    image: toNchw(autoencoder.decode(params, fromNchw(latents, from, to))),
  }));
  return image;
}

/** Noise of images `first` and on, each a function of the seed and its number. */
function normal([count, ...shape]: tf.Tensor4D['shape'], seed: number, first: number): tf.Tensor4D {
  const size = shape[0] * shape[1] * shape[2];
  const noise = Array.from({length: count}, (_, i) =>
    tf.tensor3d(createRandom(seed, 'encode', first + i).fillNormal(new Float32Array(size)), shape),
  );
  return tf.stack(noise) as tf.Tensor4D;
}
