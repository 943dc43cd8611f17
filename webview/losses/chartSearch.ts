import {seriesTitle, type CurveSeries} from '../../trainer/contract/run/curveBins.ts';

/** Whether every word of a search is in the title of a chart, in whatever order and case. */
export function isFound(series: CurveSeries, search: string): boolean {
  const title = seriesTitle(series).toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => title.includes(word));
}
