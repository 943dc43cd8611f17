import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D} from '@tensorflow/tfjs-core';
import {linear} from './layers.ts';

export interface Projection {
  weight: Tensor2D;
  bias: Tensor1D;
}

export interface AttentionWeights {
  /** [C, inner], inner = heads * width of a head. */
  query: Projection;
  key: Projection;
  value: Projection;
  /** [inner, C]. */
  out: Projection;
}

/**
 * Multi-head self-attention over tokens [N,T,C] -> [N,T,C] (Vaswani et al. 2017, section 3.2), without norm and residual.
 * The [N * heads, T, T] scores are the largest tensor by far: `queryChunk` queries are taken at a time, which changes the
 * memory, not the values.
 */
export function selfAttention(
  tokens: Tensor3D,
  weights: AttentionWeights,
  heads: number,
  queryChunk: number,
): Tensor3D {
  const [batch, length, channels] = tokens.shape;
  const flat: Tensor2D = tf.reshape(tokens, [batch * length, channels]);
  const project = ({weight, bias}: Projection) => splitHeads(linear(flat, weight, bias), batch, heads);
  const [query, key, value] = [project(weights.query), project(weights.key), project(weights.value)];
  const parts: Tensor3D[] = [];
  for (let start = 0; start < length; start += queryChunk) {
    const size = Math.min(queryChunk, length - start);
    const rows = size === length ? query : tf.slice(query, [0, start, 0], [-1, size, -1]);
    parts.push(attend(rows, key, value));
  }
  const mixed = parts.length === 1 && parts[0] ? parts[0] : tf.concat(parts, 1);
  return tf.reshape(linear(joinHeads(mixed, batch, heads), weights.out.weight, weights.out.bias), [
    batch,
    length,
    channels,
  ]);
}

/** softmax(q k / sqrt(width)) v. */
function attend(query: Tensor3D, key: Tensor3D, value: Tensor3D): Tensor3D {
  const scaled = tf.mul(query, 1 / Math.sqrt(query.shape[2]));
  return tf.matMul(tf.softmax(tf.matMul(scaled, key, false, true)), value);
}

/** [N*T, heads*D] -> [N*heads, T, D]. */
function splitHeads(x: Tensor2D, batch: number, heads: number): Tensor3D {
  const length = x.shape[0] / batch;
  const width = x.shape[1] / heads;
  if (heads === 1) return tf.reshape(x, [batch, length, width]);
  return tf.reshape(tf.transpose(tf.reshape(x, [batch, length, heads, width]), [0, 2, 1, 3]), [
    batch * heads,
    length,
    width,
  ]);
}

/** [N*heads, T, D] -> [N*T, heads*D]. */
function joinHeads(x: Tensor3D, batch: number, heads: number): Tensor2D {
  const [, length, width] = x.shape;
  if (heads === 1) return tf.reshape(x, [batch * length, width]);
  return tf.reshape(tf.transpose(tf.reshape(x, [batch, heads, length, width]), [0, 2, 1, 3]), [
    batch * length,
    heads * width,
  ]);
}
