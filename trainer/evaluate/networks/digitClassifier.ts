import * as tf from '@tensorflow/tfjs-core';
import {conv2d, linear} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';

/** Length of a feature vector: the layer before the class scores. */
export const digitFeatureCount = 64;

/** [height, width, channels] that the classifier takes. */
export const digitShape = [28, 28, 1] as const;

/** Parameters in order: three 3x3 convolutions [3, 3, in, out] with stride 2 (28 -> 14 -> 7 -> 4), two linears [in, out]. */
export const digitClassifierShapes: ReadonlyMap<string, readonly number[]> = new Map([
  ['conv1.weight', [3, 3, 1, 16]],
  ['conv1.bias', [16]],
  ['conv2.weight', [3, 3, 16, 32]],
  ['conv2.bias', [32]],
  ['conv3.weight', [3, 3, 32, 32]],
  ['conv3.bias', [32]],
  ['features.weight', [4 * 4 * 32, digitFeatureCount]],
  ['features.bias', [digitFeatureCount]],
  ['classes.weight', [digitFeatureCount, 10]],
  ['classes.bias', [10]],
]);

/** [N,28,28,1] images in [-1, 1] -> features [N,64], which are not negative, and class scores [N,10]. Call inside a tidy. */
export function classifyDigits(params: Params, images: tf.Tensor4D): {features: tf.Tensor2D; scores: tf.Tensor2D} {
  const conv = (x: tf.Tensor4D, layer: string) =>
    tf.relu(conv2d(x, param(params, `${layer}.weight`), param<tf.Tensor1D>(params, `${layer}.bias`), 2, 'same'));
  const hidden = conv(conv(conv(images, 'conv1'), 'conv2'), 'conv3');
  const flat: tf.Tensor2D = tf.reshape(hidden, [hidden.shape[0], 4 * 4 * 32]);
  const features = tf.relu(linear(flat, param(params, 'features.weight'), param<tf.Tensor1D>(params, 'features.bias')));
  return {
    features,
    scores: linear(features, param(params, 'classes.weight'), param<tf.Tensor1D>(params, 'classes.bias')),
  };
}
