import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import {drawnOnHost} from '../engine/ops/drawnOnHost.ts';
import {dropoutMask} from '../nn/dropout.ts';
import type {GroupNormAffine, GroupNormSettings} from '../nn/groupNorm.ts';
import {addSame, conv2d, linear} from '../nn/layers.ts';
import {param} from '../nn/params.ts';
import {inRowBands} from '../nn/rowBands.ts';
import {createRandom} from '../random.ts';
import type {Block} from './checkpointedBlock.ts';
import {normalisation} from './normalisation.ts';
import {affine, bias, type Pass} from './pass.ts';
import {convShapes, linearShapes, normShapes, type ShapeEntry} from './shapes.ts';
import {checkGroups, type UNet2DStyle} from './unet2dStyle.ts';

/**
 * diffusers' ResnetBlock2D, [N,H,W,in] -> [N,H,W,out]: norm, SiLU, conv, time embedding (unless its width is null), norm, SiLU, dropout, conv, plus the input (through a 1x1
 * convolution if the widths differ), all divided by `divisor`.
 */
export function createResnetBlock(name: string, input: number, output: number, style: UNet2DStyle, divisor = 1): Block {
  checkGroups(style, style.groups, input, `${name}.norm1`);
  checkGroups(style, style.groups, output, `${name}.norm2`);
  const norm: GroupNormSettings = {groups: style.groups, eps: style.eps, activate: true};
  return {
    shapes: resnetShapes(name, input, output, style),
    apply(pass, x) {
      const {params, bandLimit = Infinity} = pass;
      const kernel = (layer: string) => param<Tensor4D>(params, `${name}.${layer}.weight`);
      // What is normalised is as large as the block's input, and goes with its convolution.
      const first = tf.tidy(() => {
        const normed = normalisation(pass, x, affine(params, `${name}.norm1`), norm);
        return inRowBands([x], bandLimit, (x) => conv2d(normed(x), kernel('conv1'), null));
      });
      const second = normalisation(pass, first, conditionedNorm(pass, name, style), norm);
      return inRowBands([first, x], bandLimit, (first, x) => {
        const residual = tf.tidy(() => {
          const dropped = maybeDropout(pass, name, style.dropout, second(first));
          return conv2d(dropped, kernel('conv2'), bias(params, `${name}.conv2`));
        });
        const shortcut =
          input === output ? x : conv2d(x, kernel('conv_shortcut'), bias(params, `${name}.conv_shortcut`));
        const sum = addSame(shortcut, residual);
        return divisor === 1 ? sum : tf.div(sum, divisor);
      });
    },
  };
}

function resnetShapes(name: string, input: number, output: number, style: UNet2DStyle): ShapeEntry[] {
  const {timeWidth, scaleShift} = style;
  return [
    ...normShapes(`${name}.norm1`, input),
    ...convShapes(`${name}.conv1`, 3, input, output),
    ...(timeWidth === null ? [] : linearShapes(`${name}.time_emb_proj`, timeWidth, scaleShift ? 2 * output : output)),
    ...normShapes(`${name}.norm2`, output),
    ...convShapes(`${name}.conv2`, 3, output, output),
    ...(input === output ? [] : convShapes(`${name}.conv_shortcut`, 1, input, output)),
  ];
}

/**
 * The second norm with the bias of conv1 and the time embedding folded in, which saves two passes over the activations
 * in each direction: norm(h + b + t) by default, norm(h + b) (1 + scale) + shift for `scale_shift`.
 */
function conditionedNorm({params, time}: Pass, name: string, {timeWidth, scaleShift}: UNet2DStyle): GroupNormAffine {
  const {gamma, beta} = affine(params, `${name}.norm2`);
  const convBias = bias(params, `${name}.conv1`);
  if (time === null || timeWidth === null) return {gamma, beta, shift: convBias};
  const embedding = linear(
    time,
    param<Tensor2D>(params, `${name}.time_emb_proj.weight`),
    bias(params, `${name}.time_emb_proj`),
  );
  if (!scaleShift) return {gamma, beta, shift: tf.add(embedding, convBias)};
  const [scale, shift] = tf.split(embedding, 2, 1) as [Tensor2D, Tensor2D];
  const factor = tf.add(scale, 1);
  return {gamma: tf.mul(factor, gamma), beta: tf.add(tf.mul(factor, beta), shift), shift: convBias};
}

function maybeDropout({dropoutSeed}: Pass, name: string, rate: number, x: Tensor4D): Tensor4D {
  if (dropoutSeed === undefined || rate === 0) return x;
  const draw = () => dropoutMask(x.size, rate, createRandom(dropoutSeed(), 'dropout', name));
  return tf.mul(x, drawnOnHost(x.shape, draw));
}
