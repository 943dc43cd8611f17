import * as tf from '@tensorflow/tfjs-core';
import {replaceKernel} from './replaceKernel.ts';

/** Up to so many channels are one block of oneDNN, of which no last one is left over. */
const oneBlock = 32;

/**
 * Other forms of the gradient of a convolution by its image, for TensorFlow on a CPU with AVX-512, where two kernels of oneDNN 3.7 returned wrong numbers (seen on
 * an AMD EPYC 9005 whose caches are hidden): from one channel to one, taken for a convolution of groups, and of single pixels with 40, 320, 512, 640 or 1,024
 * channels, in the last of its blocks. The first goes with a second channel of zeros, the second as the product of matrices that it is.
 */
export function registerInputGradient(): void {
  replaceKernel(tf.Conv2DBackpropInput, (original) => (call) => {
    const {dy, filter} = call.inputs as Record<'dy' | 'filter', tf.Tensor4D>;
    const attributes = call.attrs as unknown as tf.Conv2DBackpropInputAttrs;
    if (attributes.dataFormat !== 'NHWC') return original(call);
    const [height, width, inChannels, outChannels] = filter.shape;
    if (inChannels === 1 && outChannels === 1) return tf.tidy(() => withSecondChannel(dy, filter, attributes));
    const isOfPixels = height === 1 && width === 1 && [attributes.strides].flat().every((stride) => stride === 1);
    if (isOfPixels && inChannels > oneBlock) return tf.tidy(() => asProduct(dy, filter, attributes));
    return original(call);
  });
}

function withSecondChannel(dy: tf.Tensor4D, filter: tf.Tensor4D, attributes: tf.Conv2DBackpropInputAttrs): tf.Tensor {
  const wider = tf.concat([filter, tf.zerosLike(filter)], 2);
  const [batch, height, width] = attributes.inputShape;
  const attrs = {...attributes, inputShape: [batch, height, width, 2]} as unknown as tf.NamedAttrMap;
  const gradient = tf.engine().runKernel(tf.Conv2DBackpropInput, {dy, filter: wider}, attrs);
  return tf.slice(gradient as tf.Tensor4D, 0, [batch, height, width, 1]);
}

function asProduct(dy: tf.Tensor4D, filter: tf.Tensor4D, {inputShape}: tf.Conv2DBackpropInputAttrs): tf.Tensor {
  const [, , inChannels, outChannels] = filter.shape;
  const [positions, weights] = [tf.reshape(dy, [-1, outChannels]), tf.reshape(filter, [inChannels, outChannels])];
  return tf.reshape(tf.matMul(positions, weights, false, true), inputShape);
}
