import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type {EngineChoice} from '../../../contract/config/config.ts';
import type {EngineInfo} from '../../../contract/engine/engineInfo.ts';
import {UserError} from '../../../contract/errors.ts';
import {encodePng, imageGrid} from '../../../data/pictures/png.ts';
import {startEngine} from '../../../engine/startEngine.ts';
import {loadAutoencoder} from '../../../models/latentSpace.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {requireComponent} from '../../../store/weights/pipeline.ts';
import {readArray, requireOutput, writeArrays, type ArrayOutput} from './arrayFile.ts';

/** Latents of a file that are to become images. */
export interface DecodeRequest extends ArrayOutput {
  readonly model: string;
  /** Safetensors file. */
  readonly latents: string;
  /** Name of the latents [N,c,h,w] in it. */
  readonly latentsKey: string;
  /** Folder for PNGs. */
  readonly pictures?: string;
  readonly batch: number;
  readonly engine?: EngineChoice;
}

export interface DecodeResult {
  readonly out: string;
  readonly pictures: string | null;
  /** [N,C,H,W] */
  readonly shape: readonly number[];
  readonly engine: EngineInfo;
}

const tensorName = 'image';

/** Decodes latents by the autoencoder of a pipeline, [N,c,h,w] -> [N,C,H,W], as the pipelines of diffusers do. */
export async function decodeArrays(request: DecodeRequest): Promise<DecodeResult> {
  const {model, out, latents, latentsKey, pictures, batch} = request;
  await requireOutput(request, [model, latents], [tensorName]);
  const {values, shape: given} = await readArray(latents, latentsKey, '[N,c,h,w]');
  const engine = await startEngine({name: request.engine ?? 'auto'});
  const {autoencoder, params} = await loadAutoencoder(await requireComponent(model, 'vae'));
  const [count = 0, channels = 0, h = 0, w = 0] = given;
  if (channels !== autoencoder.latentChannels) {
    const message = `${latentsKey} has ${channels} channels, but the autoencoder takes ${autoencoder.latentChannels}.`;
    throw new UserError('arrays-mismatch', message, {where: latents});
  }
  const [height, width] = [h * autoencoder.factor, w * autoencoder.factor];
  const shape = [count, autoencoder.imageChannels, height, width];
  const size = autoencoder.imageChannels * height * width;
  const images = new Float32Array(count * size);
  for (let from = 0; from < count; from += batch) {
    const to = Math.min(count, from + batch);
    const part = values.subarray(from * channels * h * w, to * channels * h * w);
    const [upright, first] = tf.tidy(() => {
      const scaled: tf.Tensor4D = tf.transpose(tf.tensor4d(part, [to - from, channels, h, w]), [0, 2, 3, 1]);
      const decoded = autoencoder.decode(params, scaled);
      return [decoded, tf.transpose(decoded, [0, 3, 1, 2])];
    });
    if (pictures !== undefined)
      await writePictures(pictures, from, await upright.data<'float32'>(), [height, width, autoencoder.imageChannels]);
    images.set(await first.data<'float32'>(), from * size);
    tf.dispose([upright, first]);
  }
  await writeArrays(request, [{name: tensorName, shape, dtype: 'F32', read: () => images}]);
  return {out, pictures: pictures ?? null, shape, engine};
}

async function writePictures(
  folder: string,
  first: number,
  images: Float32Array,
  shape: readonly [number, number, number],
): Promise<void> {
  const size = shape[0] * shape[1] * shape[2];
  await mkdir(folder, {recursive: true});
  for (let i = 0; i * size < images.length; i++) {
    const {pixels, width, height, channels} = imageGrid(images.subarray(i * size, (i + 1) * size), [1, ...shape], 1);
    await writeFileAtomic(join(folder, `${first + i}.png`), encodePng(pixels, width, height, channels));
  }
}
