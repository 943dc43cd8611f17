import type {SiteChange} from '../../../trainer/contract/run/measured/activationChange.ts';
import {binEdge, pooled, withLimit} from '../../../trainer/contract/run/measured/symmetricHistogram.ts';
import {densityOf, type Histogram} from '../../charts/histogramSvg.ts';

/** Of the values, at each axis. The few that lie farther out would leave no room for the others. */
const shownShare = 0.999;

/** The changes along channels and space at some places as densities over common bins around 0, as far out as 99.9 % of the values of either lie. */
export function changeHistogram(sites: readonly SiteChange[], title: string): Histogram {
  const axes = [sites.map(({channel}) => channel.histogram), sites.map(({spatial}) => spatial.histogram)].map(pooled);
  const limit = Math.max(...axes.map((axis) => axis.limit));
  const counts = axes.map((axis) => withLimit(axis, limit).counts);
  const middle = (counts[0]?.length ?? 0) / 2;
  const reach = Math.max(...counts.map((own) => reachOf(own, middle)));
  const binWidth = limit / middle;
  const labels = ['channels (mean over H and W)', 'space (mean over C)'];
  return {
    title,
    xLabel: 'after - before',
    min: binEdge({limit}, middle - reach),
    max: binEdge({limit}, middle + reach),
    lines: counts.map((own, i) => ({
      label: labels[i] ?? '',
      density: densityOf(own, binWidth).slice(middle - reach, middle + reach),
    })),
  };
}

/** Bins to each side of 0 that hold the shown share of the values; at least 2. */
function reachOf(counts: readonly number[], middle: number): number {
  const wanted = shownShare * counts.reduce((sum, count) => sum + count, 0);
  let held = 0;
  let reach = 0;
  while (reach < middle && held < wanted) {
    held += (counts[middle + reach] ?? 0) + (counts[middle - 1 - reach] ?? 0);
    reach += 1;
  }
  return Math.max(2, reach);
}
