import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import {groupNormSilu} from '../../nn/groupNorm.ts';
import {addSame, linear} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';
import type {Block} from '../checkpointedBlock.ts';
import {affine, bias} from '../pass.ts';
import {convShapes, linearShapes, normShapes} from '../shapes.ts';
import {checkGroups, type UNet2DStyle} from '../unet2dStyle.ts';
import {createTransformerBlock, type TransformerStyle} from './transformerBlock.ts';

/** Of its own, whatever the config says of the other norms. */
const eps = 1e-6;

/**
 * diffusers' Transformer2DModel (Rombach et al. 2022, section 3.3): norm, dense layer, transformer block over the pixels as tokens,
 * dense layer, plus the input. Stable Diffusion 1 has the dense layers as 1x1 convolutions, which compute the same.
 */
export function createSpatialTransformer(
  name: string,
  style: TransformerStyle,
  {groups, where}: Pick<UNet2DStyle, 'groups' | 'where'>,
  projection: 'linear' | 'convolution',
): Block {
  const {channels} = style;
  checkGroups({where}, groups, channels, `${name}.norm`);
  const block = createTransformerBlock(`${name}.transformer_blocks.0`, style);
  const shapes = (layer: string) =>
    projection === 'linear' ? linearShapes(layer, channels, channels) : convShapes(layer, 1, channels, channels);
  return {
    shapes: [
      ...normShapes(`${name}.norm`, channels),
      ...shapes(`${name}.proj_in`),
      ...block.shapes,
      ...shapes(`${name}.proj_out`),
    ],
    apply(pass, x) {
      const {params} = pass;
      const [batch, height, width] = x.shape;
      const normed = groupNormSilu(x, affine(params, `${name}.norm`), {groups, eps, activate: false});
      const tokens: Tensor3D = tf.reshape(project(params, `${name}.proj_in`, normed), [
        batch,
        height * width,
        channels,
      ]);
      const mixed: Tensor4D = tf.reshape(block.apply(pass, tokens), x.shape);
      return addSame(tf.reshape(project(params, `${name}.proj_out`, mixed), x.shape), x);
    },
  };
}

/** A dense layer over the channels, [N,H,W,C] -> [N*H*W,C]. */
function project(params: Params, name: string, x: Tensor4D): Tensor2D {
  const channels = x.shape[3];
  const weight: Tensor2D = tf.reshape(param(params, `${name}.weight`), [channels, channels]);
  return linear(tf.reshape(x, [-1, channels]), weight, bias(params, name));
}
