import {expect, it} from 'vitest';
import {agoText, durationText, timeLeftText} from '../../../extension/runs/durationText.ts';

it.each([
  [0, 'under a minute'],
  [44, 'under a minute'],
  [45, '1 min'],
  [180, '3 min'],
  [3599, '1 h'],
  [7500, '2 h 5 min'],
  [2 * 86_400, '2 days'],
  [3 * 86_400 + 4 * 3600, '3 days 4 h'],
])('%d s are told as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
  expect(timeLeftText(seconds)).toBe(`${text} left`);
});

it('tells an age', () => {
  expect([59, 60, 7200, 200_000].map(agoText)).toEqual(['just now', '1 min ago', '2 h ago', '2 days ago']);
});
