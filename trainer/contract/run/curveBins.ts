/** What a training stage measures at each step, in the order of the columns of its metrics file. */
export const curveSeries = ['denoise', 'consistency', 'gradientNorm', 'learningRate', 'secondsPerUpdate'] as const;
export type CurveSeries = (typeof curveSeries)[number];

/** One logged step as a row of numbers: update, time (milliseconds since the epoch), then one value for each series; NaN is a gap. */
export const rowLength = 2 + curveSeries.length;

/**
 * Columns of a bin, which stands for consecutive steps: first and last update, first and last time, number of steps, and then for
 * each series the four of `binStatistics`.
 */
export const binColumn = {firstUpdate: 0, lastUpdate: 1, firstTime: 2, lastTime: 3, steps: 4} as const;
/** Smallest and largest finite value (NaN without any), their mean, and how many there are. */
export const binStatistics = {min: 0, max: 1, mean: 2, finite: 3} as const;
const statistics = 4;
const headColumns = 5;
export const binLength = headColumns + statistics * curveSeries.length;

/** Column of a statistic of a series in a bin. */
export function seriesColumn(series: CurveSeries, statistic: keyof typeof binStatistics): number {
  return headColumns + statistics * curveSeries.indexOf(series) + binStatistics[statistic];
}

/** Length of a heat map bin: buckets, first update (exclusive), last update, last time, then count, denoise and consistency sums. */
export function heatBinLength(buckets: number): number {
  return heatHead + 3 * buckets;
}

/** Columns of a heat map bin before those of the buckets. It covers the updates (from, to]. */
export const heatColumn = {buckets: 0, from: 1, to: 2, time: 3} as const;
export const heatHead = 4;
