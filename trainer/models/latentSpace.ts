import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {readAutoencoderFolder} from '../store/weights/autoencoderFolder.ts';
import type {ImageShape, ImageSpace} from './imageSpace.ts';
import {loadParams} from './loadParams.ts';
import {createAutoencoder, type Autoencoder} from './vae/autoencoder.ts';

/** An autoencoder with its weights on the device. */
export interface LoadedAutoencoder {
  readonly autoencoder: Autoencoder;
  readonly params: Params;
  /** SHA-256 of the weights. */
  readonly weightsHash: string;
  dispose(): void;
}

/** Loads the `vae` folder of a pipeline. Throws UserErrors. */
export async function loadAutoencoder(path: string): Promise<LoadedAutoencoder> {
  const folder = await readAutoencoderFolder(path);
  const autoencoder = createAutoencoder(folder.config, path);
  const reader = await folder.openWeights();
  const params = await loadParams(reader, autoencoder.shapes, path).finally(() => reader.close());
  return {autoencoder, params, weightsHash: await folder.weightsHash(), dispose: () => disposeParams(params)};
}

/**
 * The space of networks that work on the latents of an autoencoder (Rombach et al. 2022): images are encoded to a distribution, from which
 * the latents of image i are drawn with `random(i)`. Throws a UserError for images that do not divide into latents.
 */
export function latentSpace({autoencoder, params}: LoadedAutoencoder, imageShape: ImageShape): ImageSpace {
  const {factor, imageChannels, latentChannels} = autoencoder;
  const [height, width, channels] = imageShape;
  if (height % factor !== 0 || width % factor !== 0 || channels !== imageChannels) {
    const message = `Images of ${height}x${width} pixels and ${channels} channels do not fit the autoencoder.`;
    throw new UserError('image-shape', message, {
      hint: `Set data.resolution to a multiple of ${factor}, and data.channels to ${imageChannels}.`,
    });
  }
  const shape: ImageShape = [height / factor, width / factor, latentChannels];
  return {
    imageShape,
    shape,
    encode: (images, random) =>
      tf.tidy(() => {
        const moments = autoencoder.encode(params, images);
        const noise = Array.from({length: images.shape[0]}, (_, i) => drawn(random(i), shape));
        return autoencoder.sample(moments, tf.stack(noise) as tf.Tensor4D);
      }),
    decode: (latents) => tf.tidy(() => autoencoder.decode(params, latents)),
  };
}

function drawn(random: {fillNormal(values: Float32Array): Float32Array}, shape: ImageShape): tf.Tensor3D {
  return tf.tensor3d(random.fillNormal(new Float32Array(shape[0] * shape[1] * shape[2])), [...shape]);
}
