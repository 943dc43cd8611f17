import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {fileShape, toMemoryOrder} from '../../../trainer/models/layout.ts';
import {createUNet2D} from '../../../trainer/models/unet2d/unet2d.ts';
import type {Params} from '../../../trainer/nn/params.ts';

/**
 * A small UNet with weights that are a formula, so that outputs and gradients of the original PyTorch implementation can be
 * compared without a file.
 */
export const anchorConfig = UNet2DConfig.parse({
  sample_size: 8,
  block_out_channels: [32, 64],
  layers_per_block: 1,
  norm_num_groups: 8,
  norm_eps: 1e-6,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  downsample_padding: 0,
  flip_sin_to_cos: false,
  freq_shift: 1,
  attention_head_dim: null,
});

/** Element k of tensor number n, counted by sorted name, is hash(n, k) scaled by the kind of the tensor. */
export function anchorParams(config: UNet2DConfig): Params {
  const shapes = [...createUNet2D(config).shapes].filter(([name]) => !name.startsWith('adapter_list.'));
  const sorted = shapes.sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(
    sorted.map(([name, shape], n): [string, Tensor] => {
      const torchShape = fileShape(shape);
      const size = shape.reduce((product, length) => product * length, 1);
      const values = Float32Array.from({length: size}, (_, k) => scaled(name, torchShape, size, unit(n, k)));
      return [name, tf.tensor(toMemoryOrder(values, torchShape), [...shape], 'float32')];
    }),
  );
}

/** cos(a k) over the elements of an NCHW image, as [1,H,W,C]. */
export function cosineImage(channels: number, size: number, a: number): Tensor4D {
  const values = Float32Array.from({length: channels * size * size}, (_, k) => Math.cos(a * k));
  return tf.transpose(tf.tensor4d(values, [1, channels, size, size]), [0, 2, 3, 1]);
}

function scaled(name: string, torchShape: readonly number[], size: number, u: number): number {
  if (torchShape.length === 1) return name.endsWith('.weight') && name.includes('norm') ? 1 + 0.1 * u : 0.1 * u;
  const sharp = name.includes('.to_q.') || name.includes('.to_k.') ? 3 : 1;
  return u * Math.sqrt(3 / (size / (torchShape[0] ?? 1))) * sharp;
}

/** Uniform in [-1, 1): murmur3's 32-bit finaliser of the element's number. */
export function unit(tensor: number, element: number): number {
  let h = (element + Math.imul(0x9e3779b9, tensor + 1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}
