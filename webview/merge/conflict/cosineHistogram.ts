import type {Cosines} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {densityOf, type Histogram} from '../../charts/histogramSvg.ts';

export const cosineTitle = 'Cosines between timesteps';

const bins = 40;
const binWidth = 2 / bins;

/** Density of the cosines of all pairs of timesteps, and of those within a range of the run, in 40 bins from -1 to 1. */
export function cosineHistogram(cosines: Cosines, rangeOf: readonly number[]): Histogram {
  const within = cosines.flatMap((row, i) => row.filter((_, j) => rangeOf[i] === rangeOf[j]));
  const lines = [
    {label: 'all pairs', density: densityOf(countsOf(cosines.flat()), binWidth)},
    {label: 'pairs within a range', density: densityOf(countsOf(within), binWidth)},
  ];
  return {title: cosineTitle, xLabel: 'cosine', min: -1, max: 1, lines};
}

function countsOf(values: readonly (number | null)[]): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) if (value !== null) counts[Math.min(bins - 1, Math.floor((value + 1) / binWidth))]! += 1;
  return counts;
}
