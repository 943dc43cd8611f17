import {describe, expect, it} from 'vitest';
import {bucketOf, TimestepBuckets} from '../../../trainer/train/timestepBuckets.ts';

describe('buckets of timesteps', () => {
  it.each([
    [100, 1000],
    [7, 1000],
    [3, 10],
    [1, 5],
  ])('%i buckets tile %i timesteps in order, as evenly as can be', (buckets, timesteps) => {
    const all = Array.from({length: timesteps}, (_, t) => bucketOf(t, buckets, timesteps));
    expect(all.every((bucket, t) => t === 0 || bucket - (all[t - 1] ?? 0) <= 1)).toBe(true);
    const sizes = Array.from({length: buckets}, (_, b) => all.filter((bucket) => bucket === b).length);
    expect(sizes.reduce((a, b) => a + b)).toBe(timesteps);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('sums and counts, and starts anew after each look', () => {
    const buckets = new TimestepBuckets(4, 8);
    buckets.add([0, 1, 7], {denoise: [1, 2, 4], consistency: [0.5, 0.25, 8]});
    buckets.add([6], {denoise: [16], consistency: [32]});
    expect(buckets.take()).toEqual({
      count: [2, 0, 0, 2],
      losses: {denoise: [3, 0, 0, 20], consistency: [0.75, 0, 0, 40]},
    });
    expect(buckets.take()).toEqual({
      count: [0, 0, 0, 0],
      losses: {denoise: [0, 0, 0, 0], consistency: [0, 0, 0, 0]},
    });
  });

  it('has no more buckets than timesteps', () => {
    const buckets = new TimestepBuckets(100, 3);
    buckets.add([2], {denoise: [1], consistency: [1]});
    expect(buckets.take().count).toEqual([0, 0, 1]);
  });
});
