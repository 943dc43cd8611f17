import * as tf from '@tensorflow/tfjs-core';
import {heldOutRows} from '../data/batches.ts';
import type {ImageRows} from '../data/imageRows.ts';
import {textStates, type ImageTexts} from '../data/textRows.ts';
import type {ImageShape, ImageSpace} from '../models/imageSpace.ts';
import {createRandom} from '../random.ts';
import {elementCount} from '../store/weights/tensorReader.ts';

/** Images in the space of the network (pixels or latents) and what is written about them, on the host. */
export interface HeldOutImages {
  /** [N,H,W,C] */
  readonly images: Float32Array;
  /** [H,W,C] of the network's input. */
  readonly shape: ImageShape;
  /** States of the first caption of each image, [N,T,width]; absent for a network that takes no texts. */
  readonly context?: {readonly values: Float32Array; readonly shape: readonly [tokens: number, width: number]};
}

/** Images of a part of the data. */
export interface HeldOutSource {
  readonly images: ImageRows;
  readonly texts: ImageTexts | null;
  readonly space: Pick<ImageSpace, 'shape' | 'draw'>;
}

/** Images encoded at once. */
const batch = 16;

/** The first `count` images of a source in the space of a network. The random numbers of the encoding depend on the seed and the image alone. */
export async function heldOutImages(
  {images: source, texts, space}: HeldOutSource,
  count: number,
  seed: number,
): Promise<HeldOutImages> {
  const size = elementCount(space.shape);
  const images = new Float32Array(count * size);
  const context = texts && {values: new Float32Array(count * elementCount(texts.rows.shape)), shape: texts.rows.shape};
  for (let first = 0; first < count; first += batch) {
    const wanted = Array.from({length: Math.min(batch, count - first)}, (_, i) => first + i);
    const {indices, values} = await heldOutRows(source, wanted);
    const drawn = tf.tidy(() =>
      space.draw(tf.tensor4d(values, [wanted.length, ...source.shape]), (i) =>
        createRandom(seed, 'heldout', 'encoded', first + i),
      ),
    );
    images.set(await drawn.data().finally(() => drawn.dispose()), first * size);
    if (texts && context) context.values.set(await firstStates(texts, indices), first * elementCount(context.shape));
  }
  return {images, shape: space.shape, ...(context && {context})};
}

/** States of the first captions of images, [N,T,width]. */
async function firstStates({captions, rows}: ImageTexts, indices: readonly number[]): Promise<Float32Array> {
  const first: string[] = [];
  for (const index of indices) first.push((await captions(index))[0] ?? '');
  return textStates(rows, first);
}
