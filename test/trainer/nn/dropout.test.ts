import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {dropout} from '../../../trainer/nn/dropout.ts';
import {createRandom} from '../../../trainer/random.ts';
import {useCpuBackend} from '../../helpers/cpuBackend.ts';

describe('dropout', () => {
  useCpuBackend();

  it('zeroes the share that it is told and keeps the mean', async () => {
    const values = await dropout(tf.ones([20_000]), 0.2, () => createRandom(1, 'dropout')).data<'float32'>();
    expect(new Set(values)).toEqual(new Set([0, 1.25]));
    // Standard error of the share 0.2 over 20 000 draws: 0.0028.
    expect(Math.abs(values.filter((value) => value === 0).length / values.length - 0.2)).toBeLessThan(0.014);
  });

  it('draws the same mask from the same stream', async () => {
    const mask = async (seed: number) => dropout(tf.ones([64]), 0.5, () => createRandom(seed)).data();
    expect(await mask(1)).toEqual(await mask(1));
    expect(await mask(1)).not.toEqual(await mask(2));
  });
});
