import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import {ownGradient} from './ownGradient.ts';

/** Padding: 'same' with stride 2 on even sizes pads one row at the bottom and one column at the right. */
type Pad = 'same' | 'valid';

/**
 * x [N,H,W,in] * kernel [kh,kw,in,out] + bias [out] -> [N,H,W,out].
 * One operation that keeps x and the kernel; a separate addition would also keep the sum before the bias until the backward
 * pass. (The fused kernel of wasm refuses a bias that is a view of another tensor.)
 */
export function conv2d(x: Tensor4D, kernel: Tensor4D, bias: Tensor1D | null, stride = 1, pad: Pad = 'same'): Tensor4D {
  const gradients = (dy: Tensor4D, saved: [Tensor4D, Tensor4D]) => convGradients(dy, saved, stride, pad);
  if (bias === null) {
    const convolve = (x: Tensor4D, kernel: Tensor4D) => ({
      value: tf.conv2d(x, kernel, stride, pad),
      saved: [x, kernel] as const,
    });
    return ownGradient([x, kernel], convolve, gradients);
  }
  return ownGradient(
    [x, kernel, bias],
    (x, kernel, bias) => ({value: tf.add(tf.conv2d(x, kernel, stride, pad), bias), saved: [x, kernel]}),
    (dy, saved: [Tensor4D, Tensor4D]) => [...gradients(dy, saved), tf.sum(dy, [0, 1, 2])],
  );
}

/**
 * x [N,in] * weight [in,out] + bias [out] -> [N,out]. One operation that keeps x and the weight; a separate addition would also keep
 * the product until the way back.
 */
export function linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D | null): Tensor2D {
  if (bias === null) return tf.matMul(x, weight);
  return ownGradient<[Tensor2D, Tensor2D, Tensor1D], [Tensor2D, Tensor2D], Tensor2D>(
    [x, weight, bias],
    (x, weight, bias) => ({value: tf.add(tf.matMul(x, weight), bias), saved: [x, weight]}),
    (dy, [x, weight]) => [tf.matMul(dy, weight, false, true), tf.matMul(x, dy, true), tf.sum(dy, 0)],
  );
}

/** x * sigmoid(x), elementwise. */
export function silu<T extends Tensor>(x: T): T {
  return tf.mul(x, tf.sigmoid(x));
}

/** a + b of the same shape; unlike `tf.add` it keeps neither of them for the backward pass. */
export function addSame<T extends Tensor>(a: T, b: T): T {
  return ownGradient(
    [a, b],
    (a, b) => ({value: tf.add<T>(a, b), saved: []}),
    (dy) => [tf.clone(dy), tf.clone(dy)],
  );
}

/** [N,H,W,A] and [N,H,W,B] -> [N,H,W,A+B]; unlike `tf.concat` it keeps neither of them for the backward pass. */
export function concatChannels(a: Tensor4D, b: Tensor4D): Tensor4D {
  const widths = [a.shape[3], b.shape[3]];
  return ownGradient(
    [a, b],
    (a, b) => ({value: tf.concat([a, b], 3), saved: []}),
    (dy) => tf.split(dy, widths, 3),
  );
}

/** Gradients with respect to x and kernel. */
function convGradients(dy: Tensor4D, [x, kernel]: [Tensor4D, Tensor4D], strides: number, pad: Pad): Tensor[] {
  const attributes = {strides, pad, dataFormat: 'NHWC', filterShape: kernel.shape};
  const dKernel: Tensor = tf.engine().runKernel(tf.Conv2DBackpropFilter, {x, dy}, attributes);
  return [tf.conv2dTranspose(dy, kernel, x.shape, strides, pad), dKernel];
}
