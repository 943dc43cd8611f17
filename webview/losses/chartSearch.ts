import {seriesTitle, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';

/** Whether every word of a search is in the title of a chart, in whatever order and case. */
export function isFound(series: CurveSeries, search: string): boolean {
  const title = seriesTitle(series).toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => title.includes(word));
}

/** Charts with the pinned ones first, in the order in which they were pinned. */
export function pinnedFirst(series: readonly CurveSeries[], pinned: readonly CurveSeries[]): CurveSeries[] {
  return [...pinned.filter((name) => series.includes(name)), ...series.filter((name) => !pinned.includes(name))];
}
