import {expect, it} from 'vitest';
import {nearestOf} from '../../../webview/losses/pointNeighbours.ts';

it('finds the samples nearest to an update, on either side', () => {
  expect([0, 149, 150, 151, 999].map((update) => nearestOf([100, 200], update))).toEqual([100, 100, 100, 200, 200]);
  expect(nearestOf([], 5)).toBeNull();
});
