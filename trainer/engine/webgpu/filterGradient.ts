import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {WebGPUBackend} from '@tensorflow/tfjs-backend-webgpu';
import type {FilterGradient} from '../../contract/config/config.ts';
import {convGeometry, type Conv2DGeometry, type ConvGradientAttributes} from '../convGeometry.ts';
import {im2col} from './im2col.ts';

/** Bytes of unfolded images that are made at once: nine times the images would be more than many GPUs have room for. */
const chunkBytes = 128 * 2 ** 20;

/** Tiles of 32x32 results that keep a large GPU busy. */
const busyTiles = 256;

/** Terms of a sum that are worth a part of their own: tfjs takes 32 at a time. */
const worthwhileTerms = 128;

let builtIn: tf.KernelConfig | undefined;

/**
 * Chooses how the webgpu backend, which must be registered, computes the gradient of a convolution with respect to its filter. tfjs has one
 * thread for each weight, which goes over all images; `im2col` unfolds the images and takes a matrix product.
 */
export function setFilterGradient(kind: FilterGradient): void {
  builtIn ??= tf.getKernel(tf.Conv2DBackpropFilter, 'webgpu');
  tf.unregisterKernel(tf.Conv2DBackpropFilter, 'webgpu');
  tf.registerKernel(kind === 'im2col' ? {...builtIn, kernelFunc: im2colKernel} : builtIn);
}

function im2colKernel({inputs, attrs, backend}: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const {x, dy} = inputs as Record<'x' | 'dy', Tensor4D>;
  type Attributes = ConvGradientAttributes & {filterShape: [number, number, number, number]};
  const {filterShape, ...attributes} = attrs as unknown as Attributes;
  const geometry = convGeometry(x.shape, filterShape, attributes);
  return im2colFilterGradient(x, dy, geometry, backend as WebGPUBackend);
}

/**
 * @param images [N, H, W, C]
 * @param outputGradient [N, OH, OW, K]
 * @returns [kh, kw, C, K]
 */
function im2colFilterGradient(
  images: Tensor4D,
  outputGradient: Tensor4D,
  geometry: Conv2DGeometry,
  backend: WebGPUBackend,
): Tensor4D {
  const {batchSize, outHeight, outWidth, filterHeight, filterWidth, inChannels, outChannels, filterShape} = geometry;
  const [positions, taps] = [outHeight * outWidth, filterHeight * filterWidth * inChannels];
  const atOnce = Math.max(1, Math.floor(chunkBytes / (4 * positions * taps)));
  return tf.tidy(() => {
    let sum: tf.Tensor2D | undefined;
    for (let first = 0; first < batchSize; first += atOnce) {
      const count = Math.min(atOnce, batchSize - first);
      const part = (x: Tensor4D): Tensor4D =>
        count === batchSize ? x : tf.slice(x, [first, 0, 0, 0], [count, -1, -1, -1]);
      const columns = im2col(part(images), geometry, backend);
      const gradients: Tensor3D = tf.reshape(part(outputGradient), [count, positions, outChannels]);
      const product = longProduct(columns, gradients);
      sum = sum === undefined ? product : tf.add<tf.Tensor2D>(sum, product);
    }
    return tf.reshape(sum as tf.Tensor2D, filterShape);
  });
}

/**
 * The sum over images and positions of columns^T gradients: [n, p, t] and [n, p, K] -> [t, K]. The many terms of the few results
 * are taken in parts of equal length, which the GPU works on side by side, and the parts summed: always in the same order.
 */
function longProduct(columns: Tensor3D, gradients: Tensor3D): tf.Tensor2D {
  const [images, positions, taps] = columns.shape;
  const channels = gradients.shape[2];
  const tiles = Math.ceil(taps / 32) * Math.ceil(channels / 32);
  const terms = images * positions;
  const wanted = Math.min(Math.ceil(busyTiles / tiles), Math.floor(terms / worthwhileTerms));
  const parts = smallestDivisor(terms, Math.max(1, wanted));
  const split = (x: Tensor3D): Tensor3D => tf.reshape(x, [parts, -1, x.shape[2]]);
  const products: Tensor3D = tf.matMul(split(columns), split(gradients), true, false);
  return parts === 1 ? tf.reshape(products, [taps, channels]) : tf.sum(products, 0);
}

/** The smallest divisor of `value` that is at least `least`, or `value`. */
export function smallestDivisor(value: number, least: number): number {
  let divisor = Math.min(value, least);
  while (value % divisor !== 0) divisor++;
  return divisor;
}
