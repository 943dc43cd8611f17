import type {CurveSeries} from '../../trainer/contract/run/curveBins.ts';
import {axisTicks, extent, paddedRange} from './axisRange.ts';
import type {CurvePoints} from './curvePoints.ts';
import type {SeriesStyle} from './seriesStyle.ts';
import {axisEnd, type UpdateRange} from './updateRange.ts';

/** One curve of a chart. */
export interface ChartLine {
  readonly key: string;
  readonly label: string;
  /** Number of the line among all that could be shown; its style follows from it, so that it does not change when others are hidden. */
  readonly index: number;
  readonly points: CurvePoints;
  readonly stepsInRange: number;
  readonly steps: number;
}

/** All that a chart shows. */
export interface ChartData {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly logX: boolean;
  readonly logY: boolean;
  readonly range: UpdateRange | null;
}

export interface Axes {
  readonly x: {readonly min: number; readonly max: number};
  readonly y: {readonly min: number; readonly max: number};
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
}

export const seriesNames: Readonly<Record<CurveSeries, string>> = {
  denoise: 'Denoising loss',
  consistency: 'Consistency loss',
  gradientNorm: 'Gradient norm',
  learningRate: 'Learning rate',
  secondsPerUpdate: 'Seconds per update',
};

/** The updates of all lines together; null without any. */
export function allUpdates(lines: readonly ChartLine[]): UpdateRange | null {
  const found = extent(lines.map(({points}) => points.rawX));
  return found && {from: found[0], to: Math.max(found[1], found[0] + 1)};
}

/** Axes that fit the lines. That of the updates ends where it will do for some steps more, by less than a pixel or two. */
export function axesOf({lines, range, logX, logY}: ChartData): Axes {
  const all = allUpdates(lines) ?? {from: 1, to: 10};
  const {from, to} = range ?? {from: all.from, to: axisEnd(all.to)};
  const x = {min: logX ? Math.max(1, from) : from, max: to};
  const values = extent(lines.flatMap(({points}) => [points.rawY, points.y])) ?? [logY ? 0.1 : 0, 1];
  const y = paddedRange(values, logY);
  return {x, y, xTicks: axisTicks(x.min, x.max, logX), yTicks: axisTicks(y.min, y.max, logY)};
}

/** The point of a line that is nearest to an update, by its place; -1 without points. */
export function nearestPoint({x}: CurvePoints, update: number): number {
  let low = 0;
  let high = x.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((x[middle] ?? NaN) < update) low = middle + 1;
    else high = middle;
  }
  const before = low > 0 && update - (x[low - 1] ?? NaN) < (x[low] ?? NaN) - update;
  return before ? low - 1 : Math.min(low, x.length - 1);
}

export type StyledLine = ChartLine & {readonly style: SeriesStyle};
