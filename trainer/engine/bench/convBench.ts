import * as tf from '@tensorflow/tfjs-core';
import type {FilterGradient} from '../../contract/config/config.ts';
import type {BenchRow} from '../../contract/engine/engineBench.ts';
import {setFilterGradient} from '../webgpu/filterGradient.ts';
import {timeRuns} from './timeRuns.ts';

/** A 3x3 convolution of stride 1 with as many pixels out as in. */
export interface ConvSize {
  batch: number;
  side: number;
  from: number;
  to: number;
}

/** Typical layers: of small grey images, of the upper and of the lower levels of a CIFAR10 UNet. */
export const convSizes: readonly ConvSize[] = [
  {batch: 16, side: 28, from: 32, to: 32},
  {batch: 8, side: 32, from: 64, to: 64},
  {batch: 8, side: 8, from: 256, to: 256},
];

/** Times forward pass and both gradients of a convolution on the current engine, the gradient by the filter in each way given. */
export async function benchConv(
  size: ConvSize,
  filterGradients: readonly FilterGradient[],
  seconds: number,
): Promise<BenchRow[]> {
  const {batch, side, from, to} = size;
  const shape = [batch, side, side, from] as const;
  const x = tf.randomNormal<tf.Rank.R4>([...shape], 0, 1, 'float32', 1);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, from, to], 0, 1, 'float32', 2);
  const dy = tf.randomNormal<tf.Rank.R4>([batch, side, side, to], 0, 1, 'float32', 3);
  const gflop = (2 * batch * side * side * 9 * from * to) / 1e9;
  const name = `convolution ${batch}x${side}x${side}, ${from} to ${to} channels`;
  const attributes = {strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape: filter.shape};
  const byFilter = () => tf.engine().runKernel<tf.Tensor>(tf.Conv2DBackpropFilter, {x, dy}, attributes);
  const rows: BenchRow[] = [];
  const time = async (what: string, run: () => tf.Tensor, how: Partial<BenchRow> = {}) =>
    void rows.push({task: `${name}: ${what}`, ...how, gflop, ...(await timeRuns(run, seconds))});
  try {
    await time('forward', () => tf.conv2d(x, filter, 1, 'same'));
    await time('gradient by the input', () => tf.conv2dTranspose(dy, filter, [...shape], 1, 'same'));
    for (const filterGradient of filterGradients) {
      setFilterGradient(filterGradient);
      await time('gradient by the filter', byFilter, {filterGradient});
    }
    if (filterGradients.length === 0) await time('gradient by the filter', byFilter);
    return rows;
  } finally {
    tf.dispose([x, filter, dy]);
  }
}
