import type {Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {applyNorm, createClipLayer, type ClipStyle} from '../../models/clip/clipLayer.ts';
import {normShapes} from '../../models/shapes.ts';
import {linear} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';
import {classTokens, patchTokens} from './patchTokens.ts';

export interface ClipVisionSizes extends ClipStyle {
  readonly layers: number;
  /** Height and width of a patch. */
  readonly patch: number;
  /** Height and width of the input. */
  readonly side: number;
  /** Length of the vectors that images and texts are compared by. */
  readonly embedding: number;
}

/** CLIP's image tower (Radford et al. 2021, section 2.4): the CLIPVisionModelWithProjection of transformers, under its names. */
export interface ClipVision {
  /** Name and in-memory shape of each parameter. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Prepared images [N,side,side,3] -> [N,embedding], not normalised. Call inside a tidy. */
  run(params: Params, images: Tensor4D): Tensor2D;
}

const embeddings = 'vision_model.embeddings';
const [before, after] = ['vision_model.pre_layrnorm', 'vision_model.post_layernorm'];

export function createClipVision(sizes: ClipVisionSizes): ClipVision {
  const {width, patch, side, embedding, eps} = sizes;
  const layers = Array.from({length: sizes.layers}, (_, i) =>
    createClipLayer(`vision_model.encoder.layers.${i}`, sizes),
  );
  return {
    shapes: new Map([
      [`${embeddings}.class_embedding`, [width]],
      [`${embeddings}.patch_embedding.weight`, [patch, patch, 3, width]],
      // In memory, as all matrices, the other way round than in the file.
      [`${embeddings}.position_embedding.weight`, [width, (side / patch) ** 2 + 1]],
      ...normShapes(before, width),
      ...layers.flatMap(({shapes}) => shapes),
      ...normShapes(after, width),
      ['visual_projection.weight', [width, embedding]],
    ]),
    run(params, images) {
      const tokens = patchTokens(images, {
        kernel: param(params, `${embeddings}.patch_embedding.weight`),
        bias: null,
        classToken: param(params, `${embeddings}.class_embedding`),
        positions: tf.transpose(param<Tensor2D>(params, `${embeddings}.position_embedding.weight`)),
      });
      const start = applyNorm(params, before, tokens, eps);
      const states = layers.reduce<Tensor3D>((x, layer) => layer.apply(params, x), start);
      const [count] = images.shape;
      const whole: Tensor3D = tf.reshape(classTokens(states), [count, 1, width]);
      const normed: Tensor2D = tf.reshape(applyNorm(params, after, whole, eps), [count, width]);
      return linear(normed, param<Tensor2D>(params, 'visual_projection.weight'), null);
    },
  };
}
