import {expect, it} from 'vitest';
import {stageTitle, withTitles} from '../../../../trainer/contract/overview/stageTitle.ts';

const ranges = [
  [0, 250],
  [250, 1000],
] as const;

it.each([
  ['expert-1', 'expert 1, t 250 to 999'],
  ['expert-2', 'expert 2'],
  ['evaluate-expert-0', 'evaluation of expert 0, t 0 to 249'],
  ['draw-expert-1-2', 'images of expert 1, t 250 to 999, part 2'],
  ['ordinary', 'ordinary finetune'],
  ['merged', 'merged'],
  ['what-is-this', 'what-is-this'],
])('people call %s "%s"', (name, title) => {
  expect(stageTitle(name, ranges)).toBe(title);
});

it('says so within a text, too, where nothing else changes', () => {
  expect(withTitles('half of expert-0 and expert-1', ranges)).toBe(
    'half of expert 0, t 0 to 249 and expert 1, t 250 to 999',
  );
  expect(withTitles('quadratic fit', ranges)).toBe('quadratic fit');
});
