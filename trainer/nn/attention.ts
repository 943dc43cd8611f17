import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {linear} from './layers.ts';
import {ownGradient} from './ownGradient.ts';

export interface Projection {
  weight: Tensor2D;
  /** Null: there is none, as in the queries, keys and values of Stable Diffusion's transformers. */
  bias: Tensor1D | null;
}

export interface AttentionWeights {
  /** [C, inner], inner = heads * width of a head. */
  query: Projection;
  /** Keys and values: [C of the context, inner]. */
  key: Projection;
  value: Projection;
  /** [inner, C]. */
  out: Projection;
}

export interface AttentionSettings {
  readonly heads: number;
  /** Number of queries processed at a time; it changes the memory needed, not the values. */
  readonly queryChunk: number;
  /** Added to the scores before the softmax, [N or 1, 1, T, S]: -Infinity hides a token from a query. Not trained. */
  readonly mask?: Tensor4D;
  /** Compute the scores again in the backward pass instead of keeping them: much less memory where there are many tokens. */
  readonly recomputeScores?: boolean;
}

/**
 * Multi-head self-attention over tokens [N,T,C] -> [N,T,C] (Vaswani et al. 2017, section 3.2), without norm and residual.
 * The [N * heads, T, T] scores are the largest tensor by far: `queryChunk` queries are taken at a time.
 */
export function selfAttention(
  tokens: Tensor3D,
  weights: AttentionWeights,
  heads: number,
  queryChunk: number,
  recomputeScores = false,
): Tensor3D {
  return attention(tokens, tokens, weights, {heads, queryChunk, recomputeScores});
}

/** Multi-head attention of tokens [N,T,C] to a context [N,S,C'] -> [N,T,C], without norm and residual. */
export function attention(
  tokens: Tensor3D,
  context: Tensor3D,
  weights: AttentionWeights,
  settings: AttentionSettings,
): Tensor3D {
  const [batch, length, channels] = tokens.shape;
  const {heads} = settings;
  const flat: Tensor2D = tf.reshape(tokens, [batch * length, channels]);
  const flatContext: Tensor2D =
    context === tokens ? flat : tf.reshape(context, [batch * context.shape[1], context.shape[2]]);
  const project = (x: Tensor2D, {weight, bias}: Projection) => splitHeads(linear(x, weight, bias), batch, heads);
  const query = project(flat, weights.query);
  const key = project(flatContext, weights.key);
  const value = project(flatContext, weights.value);
  const mixed = mix(query, key, value, settings);
  return tf.reshape(linear(joinHeads(mixed, batch, heads), weights.out.weight, weights.out.bias), [
    batch,
    length,
    weights.out.weight.shape[1],
  ]);
}

/** Queries [M,T,D], keys and values [M,S,D], M = N * heads -> [M,T,D], chunk by chunk. */
function mix(query: Tensor3D, key: Tensor3D, value: Tensor3D, settings: AttentionSettings): Tensor3D {
  const {queryChunk, mask, heads} = settings;
  const length = query.shape[1];
  const parts: Tensor3D[] = [];
  for (let start = 0; start < length; start += queryChunk) {
    const size = Math.min(queryChunk, length - start);
    const rows = size === length ? query : tf.slice(query, [0, start, 0], [-1, size, -1]);
    const hidden = mask && tf.slice(mask, [0, 0, start, 0], [-1, -1, size, -1]);
    parts.push(
      settings.recomputeScores ? attendAgain(rows, key, value, heads, hidden) : attend(rows, key, value, heads, hidden),
    );
  }
  return parts.length === 1 && parts[0] ? parts[0] : tf.concat(parts, 1);
}

/** softmax(q k / sqrt(width)) v. */
function attend(query: Tensor3D, key: Tensor3D, value: Tensor3D, heads: number, mask?: Tensor4D): Tensor3D {
  return tf.matMul(shares(query, key, heads, mask), value);
}

/** softmax(q k / sqrt(width) + mask) [M,T,S]: how much of each value goes to each query. */
function shares(query: Tensor3D, key: Tensor3D, heads: number, mask?: Tensor4D): Tensor3D {
  const scaled = tf.mul(query, 1 / Math.sqrt(query.shape[2]));
  const scores: Tensor3D = tf.matMul(scaled, key, false, true);
  if (mask === undefined) return tf.softmax(scores);
  const [count, queries, keys] = scores.shape;
  const perImage = tf.reshape(scores, [count / heads, heads, queries, keys]);
  return tf.softmax(tf.reshape(tf.add(perImage, mask), scores.shape));
}

/** The same as `attend`, but keeps only what it is given for the backward pass. */
function attendAgain(query: Tensor3D, key: Tensor3D, value: Tensor3D, heads: number, mask?: Tensor4D): Tensor3D {
  type Saved = [Tensor3D, Tensor3D, Tensor3D, ...Tensor4D[]];
  return ownGradient<[Tensor3D, Tensor3D, Tensor3D], Saved, Tensor3D>(
    [query, key, value],
    (query, key, value) => ({
      value: tf.tidy(() => attend(query, key, value, heads, mask)),
      saved: [query, key, value, ...(mask ? [mask] : [])],
    }),
    (dy, [query, key, value, mask]) => {
      const scale = 1 / Math.sqrt(query.shape[2]);
      const p = shares(query, key, heads, mask);
      const dValue = tf.matMul(p, dy, true, false);
      // The gradient of a softmax: p (dp - sum(p dp)).
      const weighted = tf.mul(p, tf.matMul(dy, value, false, true));
      const dScores: Tensor3D = tf.mul(tf.sub(weighted, tf.mul(p, tf.sum(weighted, -1, true))), scale);
      return [tf.matMul(dScores, key), tf.matMul(dScores, query, true, false), dValue];
    },
  );
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
