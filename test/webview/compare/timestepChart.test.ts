import {expect, it} from 'vitest';
import {timestepRows} from '../../../webview/compare/timestepChart.ts';

it('losses of models with few timesteps stand at these, not at those of the longest model', () => {
  const mean = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const losses = {from: 0, to: 1, mean};
  const rows = timestepRows(
    [
      {losses, timesteps: 1000},
      {losses, timesteps: 100},
    ],
    1000,
  );
  expect(rows.map(({part}) => part).slice(0, 2)).toEqual(['0 to 99', '100 to 199']);
  expect(rows.map(({means}) => means[0])).toEqual(mean);
  expect(rows.map(({means}) => means[1])).toEqual([5.5, ...Array<number>(9).fill(NaN)]);
});
