import {describe, expect, it} from 'vitest';
import {
  ageText,
  agoText,
  durationText,
  timeLeftText,
  estimatedLeftText,
} from '../../../trainer/contract/durationText.ts';

it.each([
  [0, '0 s', 'under a minute left'],
  [44, '44 s', 'under a minute left'],
  [45, '45 s', '1 min left'],
  [89.2, '90 s', '1 min left'],
  [90, '2 min', '2 min left'],
  [180, '3 min', '3 min left'],
  [3599, '1 h', '1 h left'],
  [7500, '2 h 5 min', '2 h 5 min left'],
  [2 * 86_400, '2 days', '2 days left'],
  [3 * 86_400 + 4 * 3600, '3 days 4 h', '3 days 4 h left'],
])('%d s are told as %s, as an estimate as %s', (seconds, text, left) => {
  expect(durationText(seconds)).toBe(text);
  expect(timeLeftText(seconds)).toBe(left);
});

it.each([
  [-3, '0 s', 'just now'],
  [59, '59 s', 'just now'],
  [60, '1 min', '1 min ago'],
  [3600, '1 h', '1 h ago'],
  [47 * 3600, '47 h', '47 h ago'],
  [3 * 86_400, '3 days', '3 days ago'],
])('an age of %d s is told as %s, or %s', (seconds, age, ago) => {
  expect(ageText(seconds)).toBe(age);
  expect(agoText(seconds)).toBe(ago);
});

describe('an estimate', () => {
  it.each([
    [{seconds: 300, low: 270, high: 330}, '5 min left'],
    [{seconds: 300, low: 180, high: 540}, '3 to 9 min left'],
    [{seconds: 3600, low: 1500, high: 9000}, '25 min to 2 h 30 min left'],
    [{seconds: 10_800, low: 7200, high: 14_400}, '2 to 4 h left'],
    [{seconds: 100, low: 40, high: 160}, '40 s to 3 min left'],
    [{seconds: 30, low: 12, high: 48}, 'under a minute left'],
    [{seconds: 120, low: 95, high: 145}, '2 min left'],
  ])('of %j reads as "%s"', (left, text) => {
    expect(estimatedLeftText(left)).toBe(text);
  });
});
