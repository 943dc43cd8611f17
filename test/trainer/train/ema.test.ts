import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {EmaConfig} from '../../../trainer/contract/config/training.ts';
import {moveTowards} from '../../../trainer/engine/ops/moveTowards.ts';
import {emaDecay} from '../../../trainer/train/ema.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';

useCpuBackend();

const paper = EmaConfig.parse({});

describe('decay of the moving average', () => {
  it.each([
    [1, 0],
    [2, 0.4053964],
    [3, 0.5613087],
    [20_001, 0.9994054],
    [50_001, 0.999701],
  ])('update %i has decay %f', (update, decay) => {
    expect(emaDecay(paper, update)).toBeCloseTo(decay, 6);
  });

  it('reaches the largest decay only after some 215,000 updates, and stays there', () => {
    expect(emaDecay(paper, 215_000)).toBeLessThan(0.9999);
    expect(emaDecay(paper, 216_000)).toBe(0.9999);
    expect(emaDecay(paper, 10_000_000)).toBe(0.9999);
  });

  it('never falls', () => {
    const decays = Array.from({length: 500}, (_, i) => emaDecay(paper, i + 1));
    expect(decays.every((decay, i) => i === 0 || decay > (decays[i - 1] ?? 0))).toBe(true);
  });

  it('follows its power and its limit', () => {
    expect(emaDecay(EmaConfig.parse({power: 2 / 3}), 2)).toBeCloseTo(1 - 2 ** (-2 / 3), 12);
    expect(emaDecay(EmaConfig.parse({maxDecay: 0.3}), 2)).toBe(0.3);
  });
});

describe('the moving average', () => {
  it('copies the weights at share 1 and mixes them in by a smaller one', async () => {
    const [average, weights] = [tf.tensor1d([1, -2, 0.5]), tf.tensor1d([3, 5, 0.25])];
    expectAllClose(await moveTowards(average, weights, 1).data(), [3, 5, 0.25], 1e-6);
    for (const share of [0.25, tf.scalar(0.25)])
      expectAllClose(await moveTowards(average, weights, share).data(), [1.5, -0.25, 0.4375], 1e-6);
  });

  it('has forgotten where it began after a run with warm-up', async () => {
    let average = tf.tensor1d([1000]);
    for (let update = 1; update <= 50; update++)
      average = moveTowards(average, tf.tensor1d([2]), 1 - emaDecay(paper, update));
    expectAllClose(await average.data(), [2], 1e-6);
  });
});
