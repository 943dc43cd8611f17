import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import type {Random} from '../random.ts';

/** Of a stream of random numbers the normal ones. */
export type NormalNumbers = Pick<Random, 'fillNormal'>;

/** [H,W,C] */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** What a network sees of images: the pixels themselves, or what an autoencoder makes of them. */
export interface ImageSpace {
  /** [H,W,C] of the images. */
  readonly imageShape: ImageShape;
  /** [H,W,C] of what the network takes and makes. */
  readonly shape: ImageShape;
  /** [H,W,C] of a row: all that `draw` needs of an image, and what can be kept of it. */
  readonly rowShape: ImageShape;
  /** SHA-256 of what rows depend on besides the images; null where they are the images themselves. */
  readonly hash: string | null;
  /** [N,H,W,C] images in [-1, 1] -> their rows, the caller's. */
  rows(images: Tensor4D): Tensor4D;
  /**
   * Rows as the network takes them, the caller's. Where an image stands for a distribution of inputs, that of row i is drawn with `random(i)`.
   */
  draw(rows: Tensor4D, random: (image: number) => NormalNumbers): Tensor4D;
  /** [N,H,W,C] images in about [-1, 1] from what the network made, the caller's. */
  decode(encoded: Tensor4D): Tensor4D;
}

/** The space of networks that work on pixels. */
export function pixelSpace(shape: ImageShape): ImageSpace {
  const same = (images: Tensor4D) => tf.clone(images);
  return {imageShape: shape, shape, rowShape: shape, hash: null, rows: same, draw: same, decode: same};
}

/** Standard normal numbers in the shape of N images, [N,H,W,C]; image i is drawn with `random(i)` alone. */
export function normalImages(count: number, shape: ImageShape, random: (image: number) => NormalNumbers): Tensor4D {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) random(i).fillNormal(values.subarray(i * size, (i + 1) * size));
  return tf.tensor4d(values, [count, ...shape]);
}
