import type {Tensor4D} from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {givenNoise, seededNoise, torchNoise} from '../../../trainer/sample/noiseSource.ts';
import {toNchw} from '../../../trainer/sample/nchw.ts';
import {createTorchRandom} from '../../../trainer/sample/torchRandom.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';

useCpuBackend();

const shape = [5, 7, 3] as const;
const part = (numbers: number[], first = 0) => ({first, numbers});
const numbers = async (noise: Tensor4D) => [...(await noise.data())];

describe.each([
  ['the start', (seed: number, images: number[]) => seededNoise(seed, shape).initial(part(images))],
  ['a step', (seed: number, images: number[]) => seededNoise(seed, shape).step(part(images), 2)],
])('seeded noise of %s', (_, make) => {
  it('depends on seed and image alone, not on the batch', async () => {
    const together = make(3, [0, 1, 2, 3]);
    const apart = [make(3, [0]), make(3, [1, 2, 3])];
    expect(together.shape).toEqual([4, 5, 7, 3]);
    expect(await numbers(together)).toEqual((await Promise.all(apart.map(numbers))).flat());
    expect(await numbers(make(4, [0, 1, 2, 3]))).not.toEqual(await numbers(together));
  });

  it('differs between images and is standard normal', async () => {
    const values = await numbers(
      make(
        3,
        Array.from({length: 200}, (_, i) => i),
      ),
    );
    expect(new Set(values).size).toBeGreaterThan(values.length * 0.99);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(square - 1)).toBeLessThan(0.04);
  });
});

it('draws other seeded noise for each step than for the start', async () => {
  const {initial, step} = seededNoise(3, shape);
  const all = [step(part([0]), 0), step(part([0]), 1), initial(part([0]))];
  const firsts = await Promise.all(all.map(async (noise) => (await numbers(noise))[0]));
  expect(new Set(firsts).size).toBe(3);
});

it("goes on with one stream, in PyTorch's order of axes, as a generator of PyTorch does", async () => {
  const {initial, step} = torchNoise(5, [2, 3, 4]);
  const [start, added] = [initial(part([0, 1])), step(part([0, 1]), 0)];
  const random = createTorchRandom(5);
  for (const noise of [start, added]) {
    expect(noise.shape).toEqual([2, 2, 3, 4]);
    expect(await numbers(toNchw(noise))).toEqual([...random.randn(48)]);
  }
});

it('starts from given images by their place, and adds the noise of another source', async () => {
  const values = Float32Array.from({length: 3 * 2 * 2}, (_, i) => i);
  const source = givenNoise({values, shape: [3, 2, 1, 2]}, seededNoise(1, [1, 2, 2]));
  expect(await numbers(source.initial(part([0, 0], 1)))).toEqual([4, 6, 5, 7, 8, 10, 9, 11]);
  const plain = seededNoise(1, [1, 2, 2]).step(part([4]), 0);
  expect(await numbers(source.step(part([4]), 0))).toEqual(await numbers(plain));
});
