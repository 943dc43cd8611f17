import {expect, it} from 'vitest';
import {curveSeries} from '../../../trainer/contract/run/curveBins.ts';
import {isFound} from '../../../webview/losses/chartSearch.ts';

it('finds charts by the words of their titles', () => {
  const found = (search: string) => curveSeries.filter((series) => isFound(series, search));
  expect(found('LOSS')).toEqual(['denoise', 'consistency']);
  expect(found(' rate  learn ')).toEqual(['learningRate']);
  expect(found(' ')).toEqual(curveSeries);
  expect(found('loss rate')).toEqual([]);
});
