import {expect, it, vi} from 'vitest';
import {heatBinLength, heatHead, heatSumColumn} from '../../trainer/contract/run/curveBins.ts';
import type * as terms from '../../trainer/contract/run/lossTerms.ts';
import type {LossTerm} from '../../trainer/contract/run/lossTerms.ts';
import {PageState} from '../../trainer/contract/panel/panelPage.ts';
import {heatMapOf} from '../../webview/losses/heatImage.ts';

vi.mock('../../trainer/contract/run/lossTerms.ts', async (original) => {
  const real = await original<typeof terms>();
  Object.assign(real.lossTerms, {size: {label: 'Size loss', reportChart: 'size-curves.png'}});
  real.lossTermNames.push('size' as LossTerm);
  return real;
});

it('a third term of the loss has a heat map, and a chart that is shown at first', () => {
  const third = 'size' as LossTerm;
  const bin = new Float64Array(heatBinLength(2)).fill(1);
  bin.set([2, 0, 10, 0, 4, 5]);
  bin.set([8, 15], heatSumColumn(third, 2));
  expect(heatSumColumn(third, 2)).toBe(heatHead + 3 * 2);
  expect([...(heatMapOf([bin], third).columns[0]?.mean ?? [])]).toEqual([2, 3]);
  expect([...(heatMapOf([bin], 'consistency').columns[0]?.mean ?? [])]).toEqual([1 / 4, 1 / 5]);
  const page = PageState.parse({scope: 'experiment', selected: null});
  expect(page.series).toEqual(['denoise', 'consistency', 'size']);
});
