import type {Tensor4D} from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {initialNoise, stepNoise} from '../../../trainer/sample/initialNoise.ts';
import {useCpuBackend} from '../../helpers/cpuBackend.ts';

useCpuBackend();

const request = {seed: 3, first: 0, count: 4, shape: [5, 7, 3] as const};
const numbers = async (noise: Tensor4D) => [...(await noise.data())];

describe.each([
  ['initialNoise', initialNoise],
  ['stepNoise', (asked: typeof request) => stepNoise(asked, 2)],
])('%s', (_, make) => {
  it('depends on seed and image alone, not on the batch', async () => {
    const together = make(request);
    const apart = [make({...request, count: 1}), make({...request, first: 1, count: 3})];
    expect(together.shape).toEqual([4, 5, 7, 3]);
    expect(await numbers(together)).toEqual((await Promise.all(apart.map(numbers))).flat());
    expect(await numbers(make({...request, seed: 4}))).not.toEqual(await numbers(together));
  });

  it('differs between images and is standard normal', async () => {
    const values = await numbers(make({...request, count: 200}));
    expect(new Set(values).size).toBeGreaterThan(values.length * 0.99);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(square - 1)).toBeLessThan(0.04);
  });
});

describe('stepNoise', () => {
  it('differs between steps and from the initial noise', async () => {
    const all = [stepNoise(request, 0), stepNoise(request, 1), initialNoise(request)];
    const firsts = await Promise.all(all.map(async (noise) => (await numbers(noise))[0]));
    expect(new Set(firsts).size).toBe(3);
  });
});
