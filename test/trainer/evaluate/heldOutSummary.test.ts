import {describe, expect, it} from 'vitest';
import {HeldOutLoss} from '../../../trainer/contract/run/report.ts';
import {meanLoss, summariseHeldOut} from '../../../trainer/evaluate/heldOutSummary.ts';
import {ensembleTable, type LossTable} from '../../../trainer/evaluate/lossTable.ts';

function table(...values: number[]): LossTable {
  return {
    ranges: [
      [0, 10],
      [10, 100],
    ],
    images: 2,
    timestepsPerRange: 2,
    values: Float64Array.from(values),
  };
}

// Images average 2 and 4 in the first range, 8 and 6 in the second.
const model = table(1, 3, 4, 4, 8, 8, 5, 7);
// Images average 3 and 4, 8 and 10.
const base = table(2, 4, 3, 5, 7, 9, 10, 10);

describe('summariseHeldOut', () => {
  it('clusters standard errors by image, with equal mass for each range', () => {
    const summary = summariseHeldOut(model, base);
    // Of two values a and b, s / sqrt(2) is |a - b| / 2.
    expect(summary).toEqual({
      perRange: [
        {range: [0, 10], mean: 3, standardError: expect.closeTo(1, 12) as number},
        {range: [10, 100], mean: 7, standardError: expect.closeTo(1, 12) as number},
      ],
      // Per image over both ranges: 5 and 5.
      mean: 5,
      standardError: 0,
      // Differences per image: -1 and 0, then 0 and -4; over both ranges -0.5 and -2.
      differenceToBase: {mean: -1.25, standardError: expect.closeTo(0.75, 12) as number},
      perRangeDifference: [
        {range: [0, 10], mean: -0.5, standardError: expect.closeTo(0.5, 12) as number},
        {range: [10, 100], mean: -2, standardError: expect.closeTo(2, 12) as number},
      ],
    });
    expect(HeldOutLoss.parse(summary)).toEqual(summary);
  });

  it('of a model against itself differs by exactly nothing', () => {
    const {differenceToBase, perRangeDifference} = summariseHeldOut(model, table(...model.values));
    expect(differenceToBase).toEqual({mean: 0, standardError: 0});
    expect(perRangeDifference.every(({mean, standardError}) => mean === 0 && standardError === 0)).toBe(true);
  });

  it('refuses losses of different draws and names model and range where one is not finite', () => {
    const other: LossTable = {
      ...base,
      ranges: [
        [0, 50],
        [50, 100],
      ],
    };
    expect(() => summariseHeldOut(model, other)).toThrow('losses of different draws');
    expect(() => summariseHeldOut(table(1, 1, 1, 1, 1, 1, 1, NaN), base, 'expert-1')).toThrow(
      'The held-out loss of expert-1 for timesteps [10, 100) is not finite',
    );
    expect(() => summariseHeldOut(model, table(1, Infinity, 1, 1, 1, 1, 1, 1))).toThrow(
      'The held-out loss of the base for timesteps [0, 10)',
    );
  });
});

describe('meanLoss', () => {
  it('is the mean over all draws, NaN where one is', () => {
    expect(meanLoss(model)).toBe(5);
    expect(meanLoss(table(1, 1, NaN, 1, 1, 1, 1, 1))).toBeNaN();
  });
});

describe('ensembleTable', () => {
  it('takes each range from its expert', () => {
    expect(ensembleTable([model, base]).values).toEqual(Float64Array.of(1, 3, 4, 4, 7, 9, 10, 10));
  });

  it('of identical experts is the single model', () => {
    expect(ensembleTable([model, model])).toEqual(model);
  });

  it('needs nothing of an expert outside its range', () => {
    const partial = table(NaN, NaN, NaN, NaN, 7, 9, 10, 10);
    expect(ensembleTable([model, partial])).toEqual(ensembleTable([model, base]));
  });

  it('refuses too few experts', () => {
    expect(() => ensembleTable([model])).toThrow('one table for each range');
  });
});
