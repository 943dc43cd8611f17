import {expect, it} from 'vitest';
import {modelOrder} from '../../../webview/evaluation/modelOrder.ts';

it('of a table has what the run is made for beside the base, and the parts last', () => {
  const given = ['base', 'ordinary', 'expert-1', 'expert-0', 'baseline-p2', 'ensemble', 'merged', 'by hand'];
  expect(modelOrder(given).map((place) => given[place])).toEqual([
    'base',
    'merged',
    'ensemble',
    'ordinary',
    'baseline-p2',
    'expert-1',
    'expert-0',
    'by hand',
  ]);
});
