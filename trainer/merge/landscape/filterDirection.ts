import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {mapParams, type Params} from '../../nn/params.ts';
import {createRandom} from '../../random.ts';

/**
 * A Gaussian direction of the shapes of `params`, in which each filter (what makes one output channel of a convolution, one output of a linear layer) is
 * scaled to the norm of the same filter of `params`, so that a step along it changes every filter by the same share. Biases and scales of
 * normalisations, the tensors of one axis, stay as they are: their part of the direction is zero. Li et al., "Visualizing the Loss Landscape of
 * Neural Nets", 2018, section 4.
 *
 * @param index of the direction: each has other numbers of the same seed. The caller owns the result.
 */
export function filterDirection(params: Params, seed: number, index: number): Params {
  return mapParams(params, (tensor, name) => {
    if (tensor.rank < 2) return tf.zerosLike(tensor);
    const values = new Float32Array(tensor.size);
    createRandom(seed, 'landscape', index, name).fillNormal(values);
    return tf.tidy(() => {
      const drawn = tf.tensor(values, tensor.shape);
      // A filter of a single weight may be drawn as 0.
      return tf.mul(drawn, tf.div(filterNorms(tensor), tf.maximum(filterNorms(drawn), 1e-12)));
    });
  });
}

/** Norm of each filter, [1, …, 1, out]: outputs are the last axis of kernels in memory. */
function filterNorms(tensor: Tensor): Tensor {
  const inputs = tensor.shape.map((_, axis) => axis).slice(0, -1);
  return tf.sqrt(tf.sum(tf.square(tensor), inputs, true));
}
