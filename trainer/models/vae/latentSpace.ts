import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {normalImages, type ImageShape, type ImageSpace} from '../imageSpace.ts';
import {latentDistribution} from './autoencoder.ts';
import type {OpenAutoencoder} from './openAutoencoder.ts';

/**
 * The latents of an autoencoder (Rombach et al. 2022, section 3.1): an image is encoded as a draw from its distribution of latents. Large
 * images go through it one by one, so that the memory does not grow with their number. Encoding takes the weights of the encoder, decoding those
 * of the decoder.
 */
export function latentSpace(opened: OpenAutoencoder, imageShape: ImageShape, pixelsAtOnce = 512 * 512): ImageSpace {
  const [imageHeight, imageWidth] = imageShape;
  const {autoencoder, hash} = opened;
  const {factor, latentChannels} = autoencoder;
  const shape = [Math.floor(imageHeight / factor), Math.floor(imageWidth / factor), latentChannels] as const;
  const atOnce = Math.max(1, Math.floor(pixelsAtOnce / (imageHeight * imageWidth)));
  return {
    imageShape,
    shape,
    // Mean and deviation of each value.
    rowShape: [shape[0], shape[1], 2 * latentChannels],
    hash,
    rows: (images) =>
      inSlices(images, atOnce, (slice) => {
        const {mean, deviation} = latentDistribution(autoencoder.encode(opened.encoder.params, slice));
        return tf.concat4d([mean, deviation], 3);
      }),
    draw: (rows, random) =>
      tf.tidy(() => {
        const [mean, deviation] = tf.split(rows, 2, 3) as [Tensor4D, Tensor4D];
        return autoencoder.sample({mean, deviation}, normalImages(rows.shape[0], shape, random));
      }),
    decode: (encoded) => inSlices(encoded, atOnce, (slice) => autoencoder.decode(opened.decoder.params, slice)),
  };
}

/** `[N,H,W,C]` through `act`, at most `atOnce` images at a time. */
function inSlices(images: Tensor4D, atOnce: number, act: (slice: Tensor4D) => Tensor4D): Tensor4D {
  const [count] = images.shape;
  const firsts = Array.from({length: Math.ceil(count / atOnce)}, (_, i) => i * atOnce);
  return tf.tidy(() => {
    const parts = firsts.map((first) =>
      tf.tidy(() => act(tf.slice4d(images, [first, 0, 0, 0], [Math.min(atOnce, count - first), -1, -1, -1]))),
    );
    return parts.length === 1 ? (parts[0] as Tensor4D) : tf.concat4d(parts, 0);
  });
}
