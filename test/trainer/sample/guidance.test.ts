import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {guidedPredict, type Guidance} from '../../../trainer/sample/guidance.ts';
import type {Predict} from '../../../trainer/sample/predict.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

useCpuBackend();

const given = [
  [0.5, -1, 2, 0.25],
  [1, 3, -2, 0],
];
const unconditional = [
  [0.1, -0.5, 1, 0.5],
  [0.75, 1, -1, -0.5],
];
const noisy = tf.zeros<tf.Rank.R4>([2, 2, 2, 1]);
/** Both halves in one batch, unconditional first, as the rows of the context say. */
const both = {context: tf.tensor3d([0, 0, 1, 1], [4, 1, 1])};
const predict: Predict = ({shape: [count, ...shape]}, timestep, condition) => {
  expect([count, timestep]).toEqual([4, 3]);
  expect([...(condition?.context?.dataSync() ?? [])]).toEqual([0, 0, 1, 1]);
  return tf.tensor4d([...unconditional, ...given].flat(), [count, ...shape]);
};
const guided = (guidance: Guidance) => guidedPredict(predict, both, guidance)(noisy, 3);

// Computed with PyTorch as the pipelines of diffusers do, rescale_noise_cfg included.
it.each([
  [{scale: 1}, given.flat()],
  [{scale: 0}, unconditional.flat()],
  [{scale: 7.5}, [3.1, -4.25, 8.5, -1.375, 2.625, 16, -8.5, 3.25]],
  [
    {scale: 7.5, rescale: 0.7},
    [1.4101052, -1.9332089, 3.8664179, -0.62545, 1.1693826, 7.1276655, -3.7865725, 1.4478071],
  ],
])('guides as diffusers does: %j', async (guidance, expected) => {
  expectAllClose(await guided(guidance).data(), expected, 1e-6);
});

it('keeps nothing but its result', () => expectNoLeak(() => guided({scale: 7.5, rescale: 0.5}).dispose()));
