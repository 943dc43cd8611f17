import {expect, it} from 'vitest';
import {percentText} from '../../../trainer/contract/percentText.ts';

it('is never 100 %, which would say that all is done', () => {
  expect([0, 0.426, 0.999, 1].map(percentText)).toEqual(['0 %', '42 %', '99 %', '99 %']);
});
