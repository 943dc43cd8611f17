import {describe, expect, it} from 'vitest';
import {smoothCurve} from '../../../../trainer/pipeline/report/smoothCurve.ts';

describe('smoothCurve', () => {
  it('weighs earlier values by powers of the decay, whose sum is divided out', () => {
    const smooth = smoothCurve(
      [
        [1, 8],
        [2, 2],
        [3, 5],
      ],
      0.5,
    );
    expect(smooth.map(([, y]) => y)).toEqual([8, (2 + 8 / 2) / 1.5, (5 + 2 / 2 + 8 / 4) / 1.75]);
    expect(smooth.map(([x]) => x)).toEqual([1, 2, 3]);
  });

  it('keeps a constant from the first value on', () => {
    const smooth = smoothCurve(
      Array.from({length: 50}, (_, x) => [x, 3] as const),
      0.95,
    );
    for (const [, y] of smooth) expect(y).toBeCloseTo(3, 12);
  });

  it('keeps gaps, which do not touch the average', () => {
    const smooth = smoothCurve(
      [
        [1, 8],
        [2, null],
        [3, 2],
      ],
      0.5,
    );
    expect(smooth).toEqual([
      [1, 8],
      [2, null],
      [3, 4],
    ]);
  });

  it('changes nothing without decay', () => {
    expect(
      smoothCurve(
        [
          [1, 8],
          [2, 2],
        ],
        0,
      ),
    ).toEqual([
      [1, 8],
      [2, 2],
    ]);
  });
});
