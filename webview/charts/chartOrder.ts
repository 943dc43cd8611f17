import {curveSeries, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import type {PageState} from '../../trainer/contract/panel/panelPage.ts';

/** How the user has arranged the charts. */
export type ChartArrangement = Pick<PageState, 'pinned' | 'chartOrder'>;

/** Charts in the order in which they stand: the pinned ones first, as they were pinned or moved, then the others. */
export function arranged(series: readonly CurveSeries[], arrangement: ChartArrangement): CurveSeries[] {
  const {pinned} = arrangement;
  const others = wholeOrder(arrangement).filter((name) => !pinned.includes(name));
  return [...pinned, ...others].filter((name) => series.includes(name));
}

/** After a chart has taken the place of another, which makes room for it; it is pinned if that one is. */
export function withPlaceTaken(arrangement: ChartArrangement, from: CurveSeries, to: CurveSeries): ChartArrangement {
  if (from === to) return arrangement;
  const {pinned} = arrangement;
  const order = wholeOrder(arrangement);
  const before = arranged(curveSeries, arrangement);
  const isBehind = before.indexOf(from) < before.indexOf(to);
  const inserted = (list: readonly CurveSeries[]) => {
    const others = list.filter((name) => name !== from);
    return others.toSpliced(others.indexOf(to) + (isBehind ? 1 : 0), 0, from);
  };
  if (pinned.includes(to)) return {pinned: inserted(pinned), chartOrder: order};
  return {pinned: pinned.filter((name) => name !== from), chartOrder: inserted(order)};
}

/** All charts; those that the saved order does not know stand behind. */
function wholeOrder({chartOrder}: ChartArrangement): CurveSeries[] {
  return [...new Set([...chartOrder, ...curveSeries])];
}
