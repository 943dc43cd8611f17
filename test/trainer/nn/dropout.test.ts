import {describe, expect, it} from 'vitest';
import {dropoutMask} from '../../../trainer/nn/dropout.ts';
import {createRandom} from '../../../trainer/random.ts';

describe('a dropout mask', () => {
  it('zeroes the share that it is told and keeps the mean', () => {
    const values = dropoutMask(20_000, 0.2, createRandom(1, 'dropout'));
    expect(new Set(values)).toEqual(new Set([0, 1.25]));
    // Standard error of the share 0.2 over 20 000 draws: 0.0028.
    expect(Math.abs(values.filter((value) => value === 0).length / values.length - 0.2)).toBeLessThan(0.014);
  });

  it('is the same from the same stream', () => {
    const mask = (seed: number) => dropoutMask(64, 0.5, createRandom(seed));
    expect(mask(1)).toEqual(mask(1));
    expect(mask(1)).not.toEqual(mask(2));
  });
});
