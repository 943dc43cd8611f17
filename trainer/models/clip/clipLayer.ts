import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {attention, type Projection} from '../../nn/attention.ts';
import {gelu, quickGelu} from '../../nn/gelu.ts';
import {layerNorm} from '../../nn/layerNorm.ts';
import {addSame, linear} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';
import {bias} from '../pass.ts';
import {linearShapes, normShapes, type ShapeEntry} from '../shapes.ts';

/** What the layers of one CLIP transformer share. */
export interface ClipStyle {
  readonly width: number;
  readonly inner: number;
  readonly heads: number;
  readonly eps: number;
  readonly activation: 'quick_gelu' | 'gelu';
}

export interface ClipLayer {
  readonly shapes: readonly ShapeEntry[];
  /** [N,T,width] -> [N,T,width]; `mask` is added to the attention's scores, [N or 1, 1, T, T]. */
  apply(params: Params, x: Tensor3D, mask?: Tensor4D): Tensor3D;
}

/** One layer of CLIP's transformers: x + attention(norm(x)), then x + dense(activation(dense(norm(x)))). */
export function createClipLayer(name: string, {width, inner, heads, eps, activation}: ClipStyle): ClipLayer {
  const projections = ['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((layer) => `${name}.self_attn.${layer}`);
  return {
    shapes: [
      ...normShapes(`${name}.layer_norm1`, width),
      ...projections.flatMap((projection) => linearShapes(projection, width, width)),
      ...normShapes(`${name}.layer_norm2`, width),
      ...linearShapes(`${name}.mlp.fc1`, width, inner),
      ...linearShapes(`${name}.mlp.fc2`, inner, width),
    ],
    apply(params, x, mask) {
      const [query, key, value, out] = projections.map((projection) => dense(params, projection)) as [
        Projection,
        Projection,
        Projection,
        Projection,
      ];
      const normed = applyNorm(params, `${name}.layer_norm1`, x, eps);
      const settings = {heads, mask, queryChunk: x.shape[1]};
      const attended = addSame(x, attention(normed, normed, {query, key, value, out}, settings));
      const second = applyNorm(params, `${name}.layer_norm2`, attended, eps);
      const flat: Tensor2D = tf.reshape(second, [-1, width]);
      const wide = applyDense(params, `${name}.mlp.fc1`, flat);
      const narrow = applyDense(params, `${name}.mlp.fc2`, activation === 'gelu' ? gelu(wide) : quickGelu(wide));
      return addSame(attended, tf.reshape(narrow, x.shape));
    },
  };
}

/** The LayerNorm called `name`. */
export function applyNorm(params: Params, name: string, x: Tensor3D, eps: number): Tensor3D {
  return layerNorm(x, param<Tensor1D>(params, `${name}.weight`), bias(params, name), eps);
}

function applyDense(params: Params, name: string, x: Tensor2D): Tensor2D {
  const {weight, bias} = dense(params, name);
  return linear(x, weight, bias);
}

function dense(params: Params, name: string): Projection {
  return {weight: param<Tensor2D>(params, `${name}.weight`), bias: bias(params, name)};
}
