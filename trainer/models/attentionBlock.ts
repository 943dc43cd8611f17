import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {selfAttention, type Projection} from '../nn/attention.ts';
import {groupNormSilu} from '../nn/groupNorm.ts';
import {addSame} from '../nn/layers.ts';
import {param, type Params} from '../nn/params.ts';
import {affine, bias, type Pass} from './pass.ts';
import {linearShapes, normShapes, type ShapeEntry} from './shapes.ts';
import {checkGroups, headsOf, type UNet2DStyle} from './unet2dStyle.ts';

/** Scores of one chunk of queries, at most 256 MiB. */
const maxScores = 2 ** 26;

/** The same where they are computed again in the backward pass, at most 32 MiB: larger chunks take more memory and no less time. */
const maxComputedAgain = 2 ** 23;

/** Above so many tokens, keeping all scores for the backward pass would cost more memory than computing them again costs time. */
export const manyPixels = 1024;

export interface AttentionBlock {
  readonly shapes: readonly ShapeEntry[];
  /** [N,H,W,C] -> [N,H,W,C]. */
  apply(pass: Pass, x: Tensor4D): Tensor4D;
}

export interface AttentionBlockOptions {
  /** Null: no norm before the attention, as in the middle of `scale_shift` models. */
  groups: number | null;
  divisor?: number;
}

/** diffusers' Attention as the UNet2DModel uses it: norm, self-attention over the pixels, plus the input. */
export function createAttentionBlock(
  name: string,
  channels: number,
  style: UNet2DStyle,
  options: AttentionBlockOptions,
): AttentionBlock {
  const {groups, divisor = 1} = options;
  if (groups !== null) checkGroups(style, groups, channels, `${name}.group_norm`);
  const {heads, inner} = headsOf(style, channels, name);
  return {
    shapes: [
      ...(groups === null ? [] : normShapes(`${name}.group_norm`, channels)),
      ...attentionShapes(name, channels, inner),
    ],
    apply({params, bandLimit = Infinity}, x) {
      const [batch, height, width] = x.shape;
      const normed =
        groups === null
          ? x
          : groupNormSilu(x, affine(params, `${name}.group_norm`), {groups, eps: style.eps, activate: false});
      const tokens: Tensor3D = tf.reshape(normed, [batch, height * width, channels]);
      const computesAgain = height * width > manyPixels;
      const most = Math.min(computesAgain ? maxComputedAgain : maxScores, 2 * bandLimit);
      const queryChunk = Math.max(1, Math.floor(most / (batch * heads * height * width)));
      const mixed = selfAttention(tokens, weights(params, name), heads, queryChunk, computesAgain);
      const sum = addSame(tf.reshape<tf.Rank.R4>(mixed, x.shape), x);
      return divisor === 1 ? sum : tf.div(sum, divisor);
    },
  };
}

function attentionShapes(name: string, channels: number, inner: number): ShapeEntry[] {
  const inward = ['to_q', 'to_k', 'to_v'].flatMap((layer) => linearShapes(`${name}.${layer}`, channels, inner));
  return [...inward, ...linearShapes(`${name}.to_out.0`, inner, channels)];
}

function weights(params: Params, name: string) {
  const layer = (suffix: string): Projection => ({
    weight: param<Tensor2D>(params, `${name}.${suffix}.weight`),
    bias: bias(params, `${name}.${suffix}`),
  });
  return {query: layer('to_q'), key: layer('to_k'), value: layer('to_v'), out: layer('to_out.0')};
}
