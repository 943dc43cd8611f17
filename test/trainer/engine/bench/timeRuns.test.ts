import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {timeRuns} from '../../../../trainer/engine/bench/timeRuns.ts';
import {expectNoLeak} from '../../../helpers/engine/tensorCount.ts';

describe('the timing of runs', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('takes slow runs one by one, and counts them', async () => {
    let calls = 0;
    const {milliseconds, runs} = await timeRuns(() => {
      calls++;
      const end = performance.now() + 60;
      while (performance.now() < end);
      return tf.scalar(1);
    }, 0.2);
    expect(milliseconds).toBeGreaterThanOrEqual(60);
    // All but the first, which compiles.
    expect(runs).toBe(calls - 1);
    expect(runs).toBeGreaterThan(1);
  });

  it('takes many quick runs together, so that the wait for a result does not show', async () => {
    const {milliseconds, runs} = await timeRuns(() => tf.zeros([2, 2]), 0.1);
    expect(runs).toBeGreaterThan(100);
    expect(milliseconds).toBeGreaterThan(0);
  });

  it('takes at least one sample, and leaves no tensors behind', async () => {
    await expectNoLeak(async () => {
      expect((await timeRuns(() => tf.ones([3]), 1e-9)).runs).toBeGreaterThan(0);
    });
  });
});
