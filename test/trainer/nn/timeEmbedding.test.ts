import {describe, expect, it} from 'vitest';
import {timeEmbedding} from '../../../trainer/nn/timeEmbedding.ts';
import {useCpuBackend} from '../../helpers/engine/cpuBackend.ts';

describe('timeEmbedding', () => {
  useCpuBackend();

  it.each([
    [
      'DDPM',
      {width: 128, flip: false, shift: 1},
      [0, 1, 63, 64, 65, 127],
      [-0.5440211, 0.7067495, 0.001, -0.8390715, -0.7074639, 0.9999995],
    ],
    [
      'Stable Diffusion',
      {width: 320, flip: true, shift: 0},
      [0, 1, 159, 160, 161, 319],
      [-0.8390715, -0.9998747, 0.9999995, -0.5440211, -0.0158304, 0.0010593],
    ],
  ])('has the values of %s at t = 10', async (_, settings, indices, expected) => {
    const embedding = timeEmbedding([999, 10], settings);
    expect(embedding.shape).toEqual([2, settings.width]);
    const values = await embedding.data();
    const row = indices.map((index) => values[settings.width + index] ?? NaN);
    for (const [index, value] of row.entries()) expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(5e-7);
  });
});
