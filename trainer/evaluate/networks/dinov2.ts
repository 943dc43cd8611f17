import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {applyNorm} from '../../models/clip/clipLayer.ts';
import {bias} from '../../models/pass.ts';
import {convShapes, linearShapes, normShapes} from '../../models/shapes.ts';
import {attention, type Projection} from '../../nn/attention.ts';
import {gelu} from '../../nn/gelu.ts';
import {addSame, linear} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';
import {classTokens, patchTokens} from './patchTokens.ts';

export interface Dinov2Sizes {
  readonly width: number;
  readonly inner: number;
  readonly layers: number;
  readonly heads: number;
  readonly patch: number;
  /** Patches along one side of the images that it was trained with. */
  readonly grid: number;
  /** Register tokens (Darcet et al. 2024); 0 in the first models. */
  readonly registers: number;
}

const eps = 1e-6;

/** DINOv2 (Oquab et al. 2023): a vision transformer with layer scale, under the names of the original. */
export function dinov2Shapes(sizes: Dinov2Sizes): ReadonlyMap<string, readonly number[]> {
  const {width, inner, layers, patch, grid, registers} = sizes;
  return new Map([
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, grid ** 2 + 1, width]],
    ...(registers > 0 ? [['register_tokens', [1, registers, width]] as const] : []),
    ...convShapes('patch_embed.proj', patch, 3, width),
    ...Array.from({length: layers}, (_, i) => `blocks.${i}`).flatMap((block) => [
      ...normShapes(`${block}.norm1`, width),
      ...['query', 'key', 'value', 'proj'].flatMap((layer) => linearShapes(`${block}.attn.${layer}`, width, width)),
      [`${block}.ls1.gamma`, [width]] as const,
      ...normShapes(`${block}.norm2`, width),
      ...linearShapes(`${block}.mlp.fc1`, width, inner),
      ...linearShapes(`${block}.mlp.fc2`, inner, width),
      [`${block}.ls2.gamma`, [width]] as const,
    ]),
    ...normShapes('norm', width),
  ]);
}

/** Prepared images [N,H,W,3] and positions [1 + patches, width] -> the class token after the last norm, [N,width]. Call inside a tidy. */
export function runDinov2(params: Params, sizes: Dinov2Sizes, images: Tensor4D, positions: Tensor2D): Tensor2D {
  const {width, registers, layers} = sizes;
  const [count] = images.shape;
  const tokens = patchTokens(images, {
    kernel: param(params, 'patch_embed.proj.weight'),
    bias: bias(params, 'patch_embed.proj'),
    classToken: param(params, 'cls_token'),
    positions,
  });
  let x = registers === 0 ? tokens : withRegisters(tokens, param<Tensor3D>(params, 'register_tokens'));
  for (let i = 0; i < layers; i++) x = runBlock(params, `blocks.${i}`, sizes, x);
  const whole: Tensor3D = tf.reshape(classTokens(x), [count, 1, width]);
  return tf.reshape(applyNorm(params, 'norm', whole, eps), [count, width]);
}

/** Registers come after the class token and have no positions. */
function withRegisters(tokens: Tensor3D, registers: Tensor3D): Tensor3D {
  const [first, patches] = tf.split(tokens, [1, tokens.shape[1] - 1], 1) as [Tensor3D, Tensor3D];
  return tf.concat([first, tf.tile(registers, [tokens.shape[0], 1, 1]), patches], 1);
}

function runBlock(params: Params, block: string, {width, heads}: Dinov2Sizes, x: Tensor3D): Tensor3D {
  const scale = (name: string) => param<Tensor1D>(params, `${block}.${name}.gamma`);
  const dense = (name: string): Projection => ({
    weight: param<Tensor2D>(params, `${block}.${name}.weight`),
    bias: bias(params, `${block}.${name}`),
  });
  const normed = applyNorm(params, `${block}.norm1`, x, eps);
  const weights = {
    query: dense('attn.query'),
    key: dense('attn.key'),
    value: dense('attn.value'),
    out: dense('attn.proj'),
  };
  const mixed = attention(normed, normed, weights, {heads, queryChunk: x.shape[1]});
  const attended: Tensor3D = addSame(x, tf.mul(mixed, scale('ls1')));
  const flat: Tensor2D = tf.reshape(applyNorm(params, `${block}.norm2`, attended, eps), [-1, width]);
  const [wide, narrow] = [dense('mlp.fc1'), dense('mlp.fc2')];
  const changed = linear(gelu(linear(flat, wide.weight, wide.bias)), narrow.weight, narrow.bias);
  return addSame(attended, tf.reshape(tf.mul(changed, scale('ls2')), x.shape));
}
