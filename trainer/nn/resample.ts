import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';
import {conv2d} from './layers.ts';
import {ownGradient} from './ownGradient.ts';

/**
 * Nearest-neighbour enlargement [N,H,W,C] -> [N,2H,2W,C]. Its own gradient, the sum over each 2x2 block, because the stock
 * kernel is wrong for batches on one backend and slow on another.
 */
export function upsampleNearest(x: Tensor4D): Tensor4D {
  const [, height, width] = x.shape;
  return ownGradient(
    [x],
    (input) => ({value: tf.image.resizeNearestNeighbor(input, [height * 2, width * 2]), saved: []}),
    (dy) => [tf.mul(tf.avgPool(dy, 2, 2, 'valid'), 4)],
  );
}

/**
 * The strided 3x3 convolution of diffusers' Downsample2D, [N,H,W,C] -> [N,H/2,W/2,C] for even H and W: `padding` 0 pads one
 * row at the bottom and one column at the right, 1 pads all sides.
 */
export function downsample(x: Tensor4D, kernel: Tensor4D, bias: Tensor1D, padding: 0 | 1): Tensor4D {
  if (padding === 0) return conv2d(x, kernel, bias, 2, 'same');
  // Explicit padding has no gradient on every backend. The last padded row and column would never be read.
  const padded = tf.pad(x, [
    [0, 0],
    [1, 0],
    [1, 0],
    [0, 0],
  ]);
  return conv2d(padded, kernel, bias, 2, 'valid');
}
