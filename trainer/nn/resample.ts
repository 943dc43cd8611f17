import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';
import {conv2d} from './layers.ts';
import {ownGradient} from './ownGradient.ts';

/**
 * Nearest-neighbour enlargement [N,H,W,C] -> [N,h,w,C] with h of 2H or 2H-1 and w likewise, by default 2H and 2W. Its own gradient, the
 * sum over each 2x2 block, because the stock kernel is wrong for batches on one backend and slow on another.
 */
export function upsampleNearest(x: Tensor4D, size?: readonly [height: number, width: number]): Tensor4D {
  const [, height, width] = x.shape;
  const [newHeight, newWidth] = size ?? [height * 2, width * 2];
  return ownGradient<[Tensor4D], [], Tensor4D>(
    [x],
    (input) => ({value: tf.image.resizeNearestNeighbor(input, [newHeight, newWidth]), saved: []}),
    (dy) => {
      const whole = padSides(dy, [0, height * 2 - newHeight], [0, width * 2 - newWidth]);
      return [tf.mul(tf.avgPool(whole, 2, 2, 'valid'), 4)];
    },
  );
}

/**
 * The strided 3x3 convolution of diffusers' Downsample2D. `padding` 0 pads one row at the bottom and one column at the right, and sizes
 * are halved and rounded down; 1 pads all sides, and they are rounded up.
 */
export function downsample(x: Tensor4D, kernel: Tensor4D, bias: Tensor1D, padding: 0 | 1): Tensor4D {
  const [, height, width] = x.shape;
  const [oddRows, oddColumns] = [height % 2, width % 2];
  // Explicit padding has no gradient on every backend, but a convolution reads no row or column that it has no whole window for.
  if (padding === 1) return conv2d(padSides(x, [1, oddRows], [1, oddColumns]), kernel, bias, 2, 'valid');
  if (oddRows === 0 && oddColumns === 0) return conv2d(x, kernel, bias, 2, 'same');
  return conv2d(padSides(x, [0, 1 - oddRows], [0, 1 - oddColumns]), kernel, bias, 2, 'valid');
}

type Sides = [before: number, after: number];

function padSides(x: Tensor4D, rows: Sides, columns: Sides): Tensor4D {
  if ([...rows, ...columns].every((count) => count === 0)) return x;
  return tf.pad(x, [[0, 0], rows, columns, [0, 0]]);
}
