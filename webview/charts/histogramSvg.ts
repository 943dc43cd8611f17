import {lineChart, type ChartedLine} from '../../trainer/chart/lineChart.ts';
import type {Theme} from '../theme.ts';
import {seriesStyle} from './seriesStyle.ts';

/** Densities over bins of equal width from `min` to `max`. */
export interface Histogram {
  readonly title: string;
  /** What the values are. */
  readonly xLabel: string;
  readonly min: number;
  readonly max: number;
  readonly lines: readonly {readonly label: string; readonly density: readonly number[]}[];
}

const nothing = {x: [], y: []};

/** Histograms over a common axis, each as the outline of its steps, as an SVG document. */
export function histogramSvg({title, xLabel, min, max, lines}: Histogram, theme: Theme): string {
  const charted = lines.map(({label, density}, i): ChartedLine => {
    return {label, ...seriesStyle(i, theme.series), curve: outline(density, min, max), raw: nothing, dots: nothing};
  });
  const x = {label: xLabel, min, max};
  const y = {label: 'density', min: 0, max: 1.05 * Math.max(...lines.flatMap(({density}) => density), 1e-3)};
  return lineChart({title, x, y, lines: charted}, theme);
}

/** Shares of counts in bins for each unit of the axis; zeros where nothing was counted. */
export function densityOf(counts: readonly number[], binWidth: number): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (all === 0 ? 0 : count / all / binWidth));
}

/** The steps of a histogram as a curve. */
function outline(density: readonly number[], min: number, max: number): {x: number[]; y: number[]} {
  const width = (max - min) / Math.max(1, density.length);
  return {
    x: density.flatMap((_, bin) => [min + bin * width, min + (bin + 1) * width]),
    y: density.flatMap((value) => [value, value]),
  };
}
