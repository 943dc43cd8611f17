import {lineChart, type ChartedLine} from '../../../trainer/chart/lineChart.ts';
import type {Cosines} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {seriesStyle} from '../../charts/seriesStyle.ts';
import type {Theme} from '../../theme.ts';

export const histogramTitle = 'Cosines between timesteps';

const bins = 40;
const binWidth = 2 / bins;
const nothing = {x: [], y: []};

/** Density of the cosines of all pairs of timesteps, and of those within a range of the run, in 40 bins from -1 to 1, as an SVG document. */
export function histogramSvg(cosines: Cosines, rangeOf: readonly number[], theme: Theme): string {
  const all = cosines.flat();
  const within = cosines.flatMap((row, i) => row.filter((_, j) => rangeOf[i] === rangeOf[j]));
  const densities = [densityOf(all), densityOf(within)];
  const lines = ['all pairs', 'pairs within a range'].map((label, i): ChartedLine => {
    const curve = outline(densities[i] ?? []);
    return {label, ...seriesStyle(i, theme.series), curve, raw: nothing, dots: nothing};
  });
  const x = {label: 'cosine', min: -1, max: 1};
  const y = {label: 'density', min: 0, max: 1.05 * Math.max(...densities.flat(), 1e-3)};
  return lineChart({title: histogramTitle, x, y, lines}, theme);
}

/** [bins] Shares of the values for each unit of cosine. */
export function densityOf(values: readonly (number | null)[]): number[] {
  const known = values.filter((value) => value !== null);
  const counts = new Array<number>(bins).fill(0);
  for (const value of known) counts[Math.min(bins - 1, Math.floor((value + 1) / binWidth))]! += 1;
  return counts.map((count) => (known.length === 0 ? 0 : count / known.length / binWidth));
}

/** The steps of a histogram as a curve. */
function outline(density: readonly number[]): {x: number[]; y: number[]} {
  return {
    x: density.flatMap((_, bin) => [-1 + bin * binWidth, -1 + (bin + 1) * binWidth]),
    y: density.flatMap((value) => [value, value]),
  };
}
