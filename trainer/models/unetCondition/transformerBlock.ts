import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D} from '@tensorflow/tfjs-core';
import {attention, type Projection} from '../../nn/attention.ts';
import {geglu} from '../../nn/gelu.ts';
import {layerNorm} from '../../nn/layerNorm.ts';
import {addSame, linear} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';
import {bias, type Pass} from '../pass.ts';
import {linearShapes, normShapes, type ShapeEntry} from '../shapes.ts';

export interface TransformerStyle {
  readonly channels: number;
  readonly heads: number;
  /** Width of the context's tokens. */
  readonly contextWidth: number;
}

export interface TransformerBlock {
  readonly shapes: readonly ShapeEntry[];
  /** [N,T,C] -> [N,T,C]. */
  apply(pass: Pass, x: Tensor3D): Tensor3D;
}

const eps = 1e-5;

/** Scores of one chunk of queries, at most 32 MiB. Larger chunks take more memory and no less time; smaller ones are slower. */
const maxScores = 2 ** 23;

/** From this many tokens on, keeping all scores for the backward pass would cost more memory than computing them again costs time. */
export const manyTokens = 1024;

/**
 * diffusers' BasicTransformerBlock: self-attention, attention to the context, and a gated dense layer, each after a LayerNorm and added
 * to its input.
 */
export function createTransformerBlock(name: string, style: TransformerStyle): TransformerBlock {
  const {channels, contextWidth} = style;
  return {
    shapes: [
      ...normShapes(`${name}.norm1`, channels),
      ...attentionShapes(`${name}.attn1`, channels, channels),
      ...normShapes(`${name}.norm2`, channels),
      ...attentionShapes(`${name}.attn2`, channels, contextWidth),
      ...normShapes(`${name}.norm3`, channels),
      ...linearShapes(`${name}.ff.net.0.proj`, channels, 8 * channels),
      ...linearShapes(`${name}.ff.net.2`, 4 * channels, channels),
    ],
    apply({params, context}, x) {
      if (context === null) throw new Error('a network with cross-attention needs a context');
      const normed = norm(params, `${name}.norm1`, x);
      const first = addSame(x, attend(params, `${name}.attn1`, normed, normed, style));
      const second = addSame(
        first,
        attend(params, `${name}.attn2`, norm(params, `${name}.norm2`, first), context, style),
      );
      return addSame(second, feedForward(params, `${name}.ff`, norm(params, `${name}.norm3`, second)));
    },
  };
}

/** Queries, keys and values have no bias. */
function attentionShapes(name: string, channels: number, contextWidth: number): ShapeEntry[] {
  return [
    [`${name}.to_q.weight`, [channels, channels]],
    [`${name}.to_k.weight`, [contextWidth, channels]],
    [`${name}.to_v.weight`, [contextWidth, channels]],
    ...linearShapes(`${name}.to_out.0`, channels, channels),
  ];
}

function attend(params: Params, name: string, x: Tensor3D, context: Tensor3D, {heads}: TransformerStyle): Tensor3D {
  const weight = (layer: string) => param<Tensor2D>(params, `${name}.${layer}.weight`);
  const inward = (layer: string): Projection => ({weight: weight(layer), bias: null});
  const [batch, length] = x.shape;
  const weights = {
    query: inward('to_q'),
    key: inward('to_k'),
    value: inward('to_v'),
    out: {weight: weight('to_out.0'), bias: bias(params, `${name}.to_out.0`)},
  };
  return attention(x, context, weights, {
    heads,
    queryChunk: Math.max(1, Math.floor(maxScores / (batch * heads * context.shape[1]))),
    recomputeScores: length >= manyTokens,
  });
}

function feedForward(params: Params, name: string, x: Tensor3D): Tensor3D {
  const dense = (layer: string, x: Tensor2D) =>
    linear(x, param<Tensor2D>(params, `${name}.${layer}.weight`), bias(params, `${name}.${layer}`));
  const flat: Tensor2D = tf.reshape(x, [-1, x.shape[2]]);
  return tf.reshape(dense('net.2', geglu(dense('net.0.proj', flat))), x.shape);
}

function norm(params: Params, name: string, x: Tensor3D): Tensor3D {
  return layerNorm(x, param<Tensor1D>(params, `${name}.weight`), bias(params, name), eps);
}
