import {describe, expect, it} from 'vitest';
import {curveSeries, type CurveSeries} from '../../../trainer/contract/run/curveBins.ts';
import {arranged, withPlaceTaken, type ChartArrangement} from '../../../webview/charts/chartOrder.ts';

const usual: ChartArrangement = {pinned: [], chartOrder: []};
const [first, second, third] = curveSeries as unknown as [CurveSeries, CurveSeries, CurveSeries];

describe('the order of charts', () => {
  it('is the usual one, with the pinned ones first as they were pinned', () => {
    expect(arranged(curveSeries, usual)).toEqual(curveSeries);
    expect(arranged([first, third], {...usual, pinned: [third, second]})).toEqual([third, first]);
  });

  it('moves a chart to the place of another, which makes room, and back again', () => {
    const later = withPlaceTaken(usual, first, second);
    expect(arranged(curveSeries, later).slice(0, 3)).toEqual([second, first, third]);
    expect(arranged(curveSeries, withPlaceTaken(later, first, second))).toEqual(curveSeries);
    expect(arranged(curveSeries, withPlaceTaken(usual, first, third)).slice(0, 3)).toEqual([second, third, first]);
    expect(withPlaceTaken(usual, first, first)).toBe(usual);
  });

  it('pins what is dropped on a pinned chart, and lets go what is dropped on another', () => {
    const pinned = withPlaceTaken({...usual, pinned: [second]}, third, second);
    expect(pinned.pinned).toEqual([third, second]);
    const free = withPlaceTaken(pinned, second, first);
    expect(free.pinned).toEqual([third]);
    expect(arranged([first, second, third], free)).toEqual([third, first, second]);
  });

  it('loses no chart, whatever is moved where', () => {
    let arrangement: ChartArrangement = {pinned: [third], chartOrder: []};
    for (const from of curveSeries) {
      for (const to of curveSeries) {
        arrangement = withPlaceTaken(arrangement, from, to);
        expect([...arranged(curveSeries, arrangement)].sort()).toEqual([...curveSeries].sort());
      }
    }
  });
});
