import {expect, it} from 'vitest';
import {nearestName} from '../../../../trainer/contract/config/nearestName.ts';

const known = ['probability', 'projection', 'ranges', 'edges'];

it.each([
  ['probabilty', 'probability'],
  ['Ranges', 'ranges'],
  ['range', 'ranges'],
  ['egdes', 'edges'],
  ['weights', undefined],
  ['', undefined],
])('%s -> %s', (typed, meant) => {
  expect(nearestName(typed, known)).toBe(meant);
});

it('takes the nearest of several', () => {
  expect(nearestName('steps', ['step', 'steeps', 'strips'])).toBe('step');
  expect(nearestName('samples', ['sample', 'samples'])).toBe('samples');
});
