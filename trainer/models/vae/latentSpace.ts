import * as tf from '@tensorflow/tfjs-core';
import type {Params} from '../../nn/params.ts';
import {normalImages, type ImageShape, type ImageSpace} from '../imageSpace.ts';
import type {Autoencoder} from './autoencoder.ts';

/** The latents of an autoencoder (Rombach et al. 2022, section 3.1): an image is encoded as a draw from its distribution of latents. */
export function latentSpace(autoencoder: Autoencoder, params: Params, imageShape: ImageShape): ImageSpace {
  const [height, width] = imageShape.slice(0, 2).map((side) => Math.floor(side / autoencoder.factor)) as [
    number,
    number,
  ];
  const shape = [height, width, autoencoder.latentChannels] as const;
  return {
    imageShape,
    shape,
    encode: (images, random) =>
      tf.tidy(() =>
        autoencoder.sample(autoencoder.encode(params, images), normalImages(images.shape[0], shape, random)),
      ),
    decode: (encoded) => tf.tidy(() => autoencoder.decode(params, encoded)),
  };
}
