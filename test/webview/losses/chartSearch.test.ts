import {expect, it} from 'vitest';
import {curveSeries} from '../../../trainer/contract/run/curveBins.ts';
import {isFound, pinnedFirst} from '../../../webview/losses/chartSearch.ts';

it('finds charts by the words of their titles', () => {
  const found = (search: string) => curveSeries.filter((series) => isFound(series, search));
  expect(found('LOSS')).toEqual(['denoise', 'consistency']);
  expect(found(' rate  learn ')).toEqual(['learningRate']);
  expect(found(' ')).toEqual(curveSeries);
  expect(found('loss rate')).toEqual([]);
});

it('puts pinned charts first, the first pinned before the others, and leaves out what is not shown', () => {
  const shown = ['denoise', 'consistency', 'gradientNorm'] as const;
  expect(pinnedFirst(shown, ['gradientNorm', 'learningRate', 'consistency'])).toEqual([
    'gradientNorm',
    'consistency',
    'denoise',
  ]);
});
