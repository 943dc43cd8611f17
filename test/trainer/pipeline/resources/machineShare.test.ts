import {describe, expect, it} from 'vitest';
import {sharedCores, sharedGpus} from '../../../../trainer/pipeline/resources/machineShare.ts';

const parts = (count: number) => Array.from({length: count}, (_, index) => ({index, count}));

describe('runs that share a machine', () => {
  it.each([
    [8, 1, 8],
    [8, 3, 2],
    [2, 4, 1],
  ])('of %i cores, %i runs get %i each', (cores, count, own) => {
    expect(sharedCores({index: 0, count}, cores)).toBe(own);
  });

  it.each([
    [['a', 'b', 'c'], 2, [['a', 'c'], ['b']]],
    [['a', 'b'], 3, [['a'], ['b'], ['a']]],
    [[], 2, [[], []]],
  ])('share the GPUs %j among %i', (gpus, count, own) => {
    expect(parts(count).map((part) => sharedGpus(gpus, part))).toEqual(own);
  });
});
