import {expect, it} from 'vitest';
import {directionText} from '../../../../trainer/contract/scores/estimate.ts';

it.each([
  [{mean: -3, standardError: 1}, 'lower (better) by 3.0 standard errors'],
  [{mean: 1, standardError: 1}, 'higher (worse) by 1.0 standard errors, which is within noise'],
  [{mean: 0, standardError: 0}, 'the same'],
  [{mean: -1e-9, standardError: 0}, 'lower (better); its error is not known'],
  [{mean: 1, standardError: NaN}, 'higher (worse); its error is not known'],
])('%j reads as "%s"', (difference, text) => expect(directionText(difference)).toBe(text));
