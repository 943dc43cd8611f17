import {describe, expect, it} from 'vitest';
import {formatAge, formatDuration} from '../../../../trainer/cli/view/duration.ts';

describe('durations', () => {
  it.each([
    [0, '0:00'],
    [65, '1:05'],
    [3600 + 2 * 60 + 3, '1:02:03'],
    [59.6, '1:00'],
    [NaN, '--:--'],
  ])('%d s last %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [-3, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3600, '1 h'],
    [47 * 3600, '47 h'],
    [3 * 86_400, '3 days'],
  ])('%d s ago is %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });
});
