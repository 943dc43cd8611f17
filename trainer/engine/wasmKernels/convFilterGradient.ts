import * as tf from '@tensorflow/tfjs-core';
import type {Conv2DGeometry} from '../convGeometry.ts';

/**
 * Gradient of a 2-D convolution by its filter, as one forward convolution over swapped axes: the images become
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
  const {strideHeight, strideWidth, outHeight, outWidth, filterHeight, filterWidth} = geometry;
  const height = (outHeight - 1) * strideHeight + filterHeight;
  const width = (outWidth - 1) * strideWidth + filterWidth;
  const seen = tf.transpose(padAndCrop(images, geometry, height, width), [3, 1, 2, 0]);
  const filter = tf.transpose(outputGradient, [1, 2, 0, 3]);
  const gradient = tf.conv2d(seen, filter, 1, 'valid', 'NHWC', [strideHeight, strideWidth]);
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/** The pixels that some filter position touches: a stride may leave the last rows and columns out. */
function padAndCrop(
  images: tf.Tensor4D,
  {padInfo, inChannels}: Conv2DGeometry,
  height: number,
  width: number,
): tf.Tensor4D {
  const {top, bottom, left, right} = padInfo;
  const isPadded = top + bottom + left + right > 0;
  const padded = isPadded
    ? tf.pad(images, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ])
    : images;
  if (padded.shape[1] === height && padded.shape[2] === width) return padded;
  return tf.slice(padded, [0, 0, 0, 0], [padded.shape[0], height, width, inChannels]);
}
