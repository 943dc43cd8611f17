import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {conv2d} from '../../nn/layers.ts';

interface PatchEmbedding {
  /** [patch, patch, 3, width] */
  readonly kernel: Tensor4D;
  readonly bias: Tensor1D | null;
  /** What stands for the whole image, of `width` values. */
  readonly classToken: tf.Tensor;
  /** [1 + patches, width]: of the class token first. */
  readonly positions: Tensor2D;
}

/** Images [N,H,W,3] as a vision transformer takes them (Dosovitskiy et al. 2021): a class token and the patches row by row, [N, 1 + patches, width]. */
export function patchTokens(images: Tensor4D, {kernel, bias, classToken, positions}: PatchEmbedding): Tensor3D {
  const [count] = images.shape;
  const [patch, , , width] = kernel.shape;
  const patches: Tensor3D = tf.reshape(conv2d(images, kernel, bias, patch, 'valid'), [count, -1, width]);
  const first = tf.tile(tf.reshape(classToken, [1, 1, width]), [count, 1, 1]);
  return tf.add(tf.concat([first, patches], 1), tf.reshape(positions, [1, ...positions.shape]));
}

/** Of tokens [N,T,width] the first of each image, [N,width]. */
export function classTokens(tokens: Tensor3D): Tensor2D {
  const [count, , width] = tokens.shape;
  return tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [count, width]);
}
