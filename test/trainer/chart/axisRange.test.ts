import {describe, expect, it} from 'vitest';
import {axisTicks, extent, paddedRange} from '../../../trainer/chart/axisRange.ts';

describe('ticks', () => {
  it.each([
    [0, 1, false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [1, 600, false, [100, 200, 300, 400, 500, 600]],
    [-0.3, 0.3, false, [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]],
    [0.0009, 2, true, [0.001, 0.01, 0.1, 1]],
    [1, 40, true, [1, 2, 5, 10, 20]],
    [100, 150, true, [100, 110, 120, 130, 140, 150]],
  ])('of %d to %d, logarithmic %s', (min, max, logarithmic, ticks) => {
    expect(axisTicks(min, max, logarithmic)).toEqual(ticks);
  });
});

describe('a range', () => {
  it('leaves gaps out', () => {
    expect(
      extent([
        [NaN, 3],
        [Infinity * 0, 1],
      ]),
    ).toEqual([1, 3]);
    expect(extent([[NaN]])).toBeNull();
  });

  it('has air on both sides, also around a single value, and stays positive on a logarithmic axis', () => {
    expect(paddedRange([0, 100], false)).toEqual({min: -4, max: 104});
    expect(paddedRange([5, 5], false)).toEqual({min: 4.5, max: 5.5});
    const {min, max} = paddedRange([1e-6, 1], true);
    expect(min).toBeGreaterThan(0);
    expect(Math.log10(max)).toBeCloseTo(6 * 0.04, 10);
  });
});
