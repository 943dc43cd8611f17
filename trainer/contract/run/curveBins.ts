import * as z from 'zod';
import {type LossTerm, lossTermNames, lossTerms} from './lossTerms.ts';

/** What a step measures besides its losses, with the titles of the curves. */
const otherSeries = {
  gradientNorm: 'Gradient norm',
  learningRate: 'Learning rate',
  secondsPerUpdate: 'Seconds per update',
} as const;
type OtherSeries = keyof typeof otherSeries;
export const otherSeriesNames = Object.keys(otherSeries) as OtherSeries[];

/** What a training stage measures at each step, in the order of the columns of its metrics file. */
export type CurveSeries = LossTerm | OtherSeries;
export const curveSeries: readonly CurveSeries[] = [...lossTermNames, ...otherSeriesNames];

/** Title of the curve of a series. */
export function seriesTitle(series: CurveSeries): string {
  return series in otherSeries ? otherSeries[series as OtherSeries] : lossTerms[series as LossTerm].label;
}

/** Columns of a row before its series: update, time in milliseconds since the epoch. */
export const rowHead = 2;
/** One logged step as a row of numbers: its head, then one value for each series; NaN is a gap. */
export const rowLength = rowHead + curveSeries.length;

/**
 * Columns of a bin, which stands for consecutive steps: first and last update, first and last time, number of steps, and then for
 * each series the four of `binStatistics`.
 */
export const binColumn = {firstUpdate: 0, lastUpdate: 1, firstTime: 2, lastTime: 3, steps: 4} as const;
export const binHead = 5;
/** Smallest and largest finite value (NaN without any), their mean, and how many there are. */
export const binStatistics = {min: 0, max: 1, mean: 2, finite: 3} as const;
/** The statistics of a series that was not measured. */
export const noStatistics: readonly number[] = [NaN, NaN, NaN, 0];
export const binLength = binHead + noStatistics.length * curveSeries.length;

/** Column of a statistic of a series in a bin. */
export function seriesColumn(series: CurveSeries, statistic: keyof typeof binStatistics): number {
  return binHead + noStatistics.length * curveSeries.indexOf(series) + binStatistics[statistic];
}

/**
 * Length of a heat map bin: buckets, first update (exclusive), last update, last time, then for each bucket its draws, and then for each
 * term of the loss the sums of all buckets.
 */
export function heatBinLength(buckets: number): number {
  return heatHead + (1 + lossTermNames.length) * buckets;
}

/** Column of the sum of a term in the first bucket; those of the other buckets follow. */
export function heatSumColumn(term: LossTerm, buckets: number): number {
  return heatHead + (1 + lossTermNames.indexOf(term)) * buckets;
}

/** Columns of a heat map bin before those of the buckets. It covers the updates (from, to]. */
export const heatColumn = {buckets: 0, from: 1, to: 2, time: 3} as const;
export const heatHead = 4;

/**
 * `layout.json` of a metrics folder: for which terms of the loss its rows have columns, in their order. Without that file they have those of
 * format 1.
 */
export const MetricsRecord = z.strictObject({format: z.literal(2).default(2), lossTerms: z.array(z.string()).max(64)});
export type MetricsRecord = z.infer<typeof MetricsRecord>;
export const metricsFormat1Terms: readonly string[] = ['denoise', 'consistency'];
