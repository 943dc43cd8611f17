import {expect, it} from 'vitest';
import {clockText} from '../../../../trainer/cli/view/clockText.ts';

it.each([
  [0, '0:00'],
  [65, '1:05'],
  [3600 + 2 * 60 + 3, '1:02:03'],
  [59.6, '1:00'],
  [NaN, '--:--'],
])('%d s are shown as %s', (seconds, text) => {
  expect(clockText(seconds)).toBe(text);
});
