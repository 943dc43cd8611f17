import * as tf from '@tensorflow/tfjs-core';
import type {Conv2DGeometry} from '../../convGeometry.ts';

/**
 * Gradient of a 2-D convolution with respect to its filter, as one forward convolution over swapped axes: the images become
 * [C, H, W, N], the output's gradient a filter [OH, OW, N, K], and the stride a dilation. wasm has no kernel of its own for it.
 *
 * @param images [N, H, W, C]
 * @param outputGradient [N, OH, OW, K]
 * @returns [kh, kw, C, K]
 */
export function convFilterGradient(
  images: tf.Tensor4D,
  outputGradient: tf.Tensor4D,
  geometry: Conv2DGeometry,
): tf.Tensor4D {
  return tf.tidy(() =>
    isPointwise(geometry) ? pointwise(images, outputGradient, geometry) : swappedAxes(images, outputGradient, geometry),
  );
}

function isPointwise({filterHeight, filterWidth, strideHeight, strideWidth, padInfo}: Conv2DGeometry): boolean {
  const {top, bottom, left, right} = padInfo;
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && top + bottom + left + right === 0;
}

function pointwise(images: tf.Tensor4D, outputGradient: tf.Tensor4D, geometry: Conv2DGeometry): tf.Tensor4D {
  const {inChannels, outChannels, filterShape} = geometry;
  const rows = tf.reshape(images, [-1, inChannels]);
  const gradients = tf.reshape(outputGradient, [-1, outChannels]);
  return tf.reshape(tf.matMul(rows, gradients, true), filterShape);
}

function swappedAxes(images: tf.Tensor4D, outputGradient: tf.Tensor4D, geometry: Conv2DGeometry): tf.Tensor4D {
  const {strideHeight, strideWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo} = geometry;
  const rows = seen(images.shape[1], (outHeight - 1) * strideHeight + filterHeight, padInfo.top);
  const columns = seen(images.shape[2], (outWidth - 1) * strideWidth + filterWidth, padInfo.left);
  const swapped: tf.Tensor4D = tf.transpose(crop(images, rows.size, columns.size), [3, 1, 2, 0]);
  const filter: tf.Tensor4D = tf.transpose(outputGradient, [1, 2, 0, 3]);
  const padding: tf.backend_util.ExplicitPadding = [[0, 0], rows.pad, columns.pad, [0, 0]];
  const gradient = tf.conv2d(swapped, filter, 1, padding, 'NHWC', [strideHeight, strideWidth]);
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/** How many of `size` rows or columns some filter position touches, a stride may leave out the last, and the padding that it sees. */
function seen(size: number, reach: number, before: number): {size: number; pad: [number, number]} {
  const after = reach - before - size;
  return {size: size + Math.min(0, after), pad: [before, Math.max(0, after)]};
}

function crop(images: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  const [batch, rows, columns, channels] = images.shape;
  if (rows === height && columns === width) return images;
  return tf.slice(images, [0, 0, 0, 0], [batch, height, width, channels]);
}
