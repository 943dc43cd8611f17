import * as tf from '@tensorflow/tfjs-core';
import type {GradSaveFunc, Tensor, Tensor1D, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

/** Padding: 'same' with stride 2 on even sizes pads one row at the bottom and one column at the right. */
type Pad = 'same' | 'valid';

/**
 * x [N,H,W,in] * kernel [kh,kw,in,out] + bias [out] -> [N,H,W,out].
 * One operation that keeps x and the kernel; a separate addition would also keep the sum before the bias until the way
 * back. (The fused kernel of wasm refuses a bias that is a view of another tensor.)
 */
export function conv2d(x: Tensor4D, kernel: Tensor4D, bias: Tensor1D | null, stride = 1, pad: Pad = 'same'): Tensor4D {
  if (bias === null) return tf.conv2d(x, kernel, stride, pad);
  const convolve = tf.customGrad<Tensor4D>((...inputs: (Tensor | GradSaveFunc)[]) => {
    const [x, filter, bias] = inputs as [Tensor4D, Tensor4D, Tensor1D];
    const save = inputs[3] as GradSaveFunc;
    save([x, filter]);
    return {
      value: tf.add(tf.conv2d(x, filter, stride, pad), bias),
      gradFunc: (dy: Tensor4D, saved: Tensor[]) => convGradients(dy, saved, stride, pad),
    };
  });
  return convolve(x, kernel, bias);
}

/** x [N,in] * weight [in,out] + bias [out] -> [N,out]. */
export function linear(x: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  return tf.add(tf.matMul(x, weight), bias);
}

/** x * sigmoid(x), elementwise. */
export function silu<T extends Tensor>(x: T): T {
  return tf.mul(x, tf.sigmoid(x));
}

/** a + b of the same shape; unlike `tf.add` it keeps neither of them for the way back. */
export function addSame<T extends Tensor>(a: T, b: T): T {
  const add = tf.customGrad<T>((...inputs: (Tensor | GradSaveFunc)[]) => {
    const [a, b] = inputs as [T, T];
    return {value: tf.add(a, b), gradFunc: (dy: T) => [tf.clone(dy), tf.clone(dy)]};
  });
  return add(a, b);
}

/** [N,H,W,A] and [N,H,W,B] -> [N,H,W,A+B]; unlike `tf.concat` it keeps neither of them for the way back. */
export function concatChannels(a: Tensor4D, b: Tensor4D): Tensor4D {
  const widths = [a.shape[3], b.shape[3]];
  const concat = tf.customGrad<Tensor4D>((...inputs: (Tensor | GradSaveFunc)[]) => {
    const [a, b] = inputs as [Tensor4D, Tensor4D];
    return {value: tf.concat([a, b], 3), gradFunc: (dy: Tensor4D) => tf.split(dy, widths, 3)};
  });
  return concat(a, b);
}

/** Gradients by x, kernel and bias. */
function convGradients(dy: Tensor4D, saved: Tensor[], strides: number, pad: Pad): Tensor[] {
  const [x, kernel] = saved as [Tensor4D, Tensor4D];
  const attributes = {strides, pad, dataFormat: 'NHWC', filterShape: kernel.shape};
  const dKernel: Tensor = tf.engine().runKernel(tf.Conv2DBackpropFilter, {x, dy}, attributes);
  return [tf.conv2dTranspose(dy, kernel, x.shape, strides, pad), dKernel, tf.sum(dy, [0, 1, 2])];
}
