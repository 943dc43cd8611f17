import * as tf from '@tensorflow/tfjs-core';
import {heldOutBatch} from '../data/batches.ts';
import type {ImageSource} from '../data/dataset.ts';
import type {ImageShape, ImageSpace} from '../models/imageSpace.ts';
import {createRandom} from '../random.ts';

/** Images in the space of the network (pixels or latents), on the host. */
export interface HeldOutImages {
  /** [N,H,W,C] */
  readonly images: Float32Array;
  /** [H,W,C] of the network's input. */
  readonly shape: ImageShape;
}

/** Images encoded at once. */
const batch = 16;

/** The first `count` images of a source in the space of a network. The random numbers of the encoding depend on the seed and the image alone. */
export async function heldOutImages(
  source: ImageSource,
  count: number,
  {shape, encode}: ImageSpace,
  seed: number,
): Promise<HeldOutImages> {
  const size = shape.reduce((product, length) => product * length, 1);
  const images = new Float32Array(count * size);
  for (let first = 0; first < count; first += batch) {
    const indices = Array.from({length: Math.min(batch, count - first)}, (_, i) => first + i);
    const pixels = await heldOutBatch(source, indices);
    const encoded = tf.tidy(() =>
      encode(tf.tensor4d(pixels, [indices.length, ...source.shape]), (i) =>
        createRandom(seed, 'heldout', 'encoded', first + i),
      ),
    );
    images.set(await encoded.data().finally(() => encoded.dispose()), first * size);
  }
  return {images, shape};
}
