import {describe, expect, it} from 'vitest';
import {estimateText} from '../../../../trainer/contract/run/timeLeft.ts';

describe('an estimate', () => {
  it.each([
    [{seconds: 300, low: 270, high: 330}, '5 min left'],
    [{seconds: 300, low: 180, high: 540}, '3 to 9 min left'],
    [{seconds: 3600, low: 1500, high: 9000}, '25 min to 2 h 30 min left'],
    [{seconds: 10_800, low: 7200, high: 14_400}, '2 to 4 h left'],
    [{seconds: 100, low: 40, high: 160}, '40 s to 3 min left'],
    [{seconds: 30, low: 12, high: 48}, 'under a minute left'],
  ])('of %j reads as "%s"', (left, text) => {
    expect(estimateText(left)).toBe(text);
  });
});
