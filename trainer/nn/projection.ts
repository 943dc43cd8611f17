import type {Tensor4D} from '@tensorflow/tfjs-core';
import {conv2d} from './layers.ts';
import type {Params} from './params.ts';

/** Name, in the published checkpoints, of projection `index`, counted in forward order: down blocks, middle, up blocks. */
export function projectionName(index: number): string {
  return `adapter_list.${index}.weight`;
}

/** Channels of each projection of a UNet with these block widths, in the order of `projectionName`. */
export function projectionChannels(blockChannels: readonly number[]): number[] {
  return [...blockChannels, ...blockChannels.slice(-1), ...blockChannels.toReversed()];
}

/** Names and shapes [1,1,C,C] of all projections. */
export function projectionShapes(blockChannels: readonly number[]): [string, readonly number[]][] {
  return projectionChannels(blockChannels).map((channels, index) => [
    projectionName(index),
    [1, 1, channels, channels],
  ]);
}

/**
 * P(F) = W F on the channel axis of x [N,H,W,C] with W [1,1,C,C] (DeMe, section 3.2); x itself where the parameters hold no
 * such projection.
 */
export function project(params: Params, index: number, x: Tensor4D): Tensor4D {
  const weight = params.get(projectionName(index));
  return weight === undefined ? x : conv2d(x, weight as Tensor4D, null, 1, 'valid');
}
