import type {XAxisKind} from '../../trainer/contract/panel/panelPage.ts';
import {axisTicks, extent, paddedRange} from '../../trainer/chart/axisRange.ts';
import type {CurvePoints} from './curvePoints.ts';
import type {LineLook, SeriesStyle} from './seriesStyle.ts';
import {axisEnd, type UpdateRange} from './updateRange.ts';
import {xAxes, type XScale} from './xAxis.ts';

/** One curve of a chart. */
export interface ChartLine {
  readonly key: string;
  readonly label: string;
  readonly look: LineLook;
  /** Left out: the x axis shows updates. */
  readonly scale?: XScale;
  readonly points: CurvePoints;
  readonly stepsInRange: number;
  readonly steps: number;
}

/** Everything a chart shows. */
export interface ChartData {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly xAxis: XAxisKind;
  readonly logX: boolean;
  readonly logY: boolean;
  readonly range: UpdateRange | null;
}

export interface Axes {
  readonly x: {readonly min: number; readonly max: number};
  readonly y: {readonly min: number; readonly max: number};
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  /** Position on a logarithmic y axis at which values at or below 0 are marked, below all other values; null if there are none. */
  readonly floor: number | null;
}

/** Tick label of `Axes.floor`. */
export const floorText = '≤ 0';
/** Height of the band between `Axes.floor` and the other values, as a share of the height of those. */
const floorShare = 0.08;

/** First and last place of all lines on the x axis; null if there are none. */
export function allPlaces(lines: readonly ChartLine[], xAxis: XAxisKind): UpdateRange | null {
  const found = extent(lines.map(({points}) => points.rawX));
  return found && {from: found[0], to: Math.max(found[1], found[0] + xAxes[xAxis].least / 2)};
}

/** Axes that fit the lines. The x axis ends a pixel or two late (`axisEnd`), so that it does not change with every step. */
export function axesOf({lines, xAxis, range, logX, logY}: ChartData): Axes {
  const all = allPlaces(lines, xAxis) ?? {from: 1, to: 10};
  const {from, to} = range ?? {from: all.from, to: axisEnd(all.to, xAxis !== 'time')};
  const x = {min: logX ? Math.max(xAxes[xAxis].first, from) : from, max: to};
  const values = extent(lines.flatMap(({points}) => [points.rawY, points.y])) ?? [logY ? 0.1 : 0, 1];
  const y = paddedRange(values, logY);
  const [xTicks, yTicks] = [axisTicks(x.min, x.max, logX), axisTicks(y.min, y.max, logY)];
  if (!logY || lines.every(({points}) => points.below.length === 0)) return {x, y, xTicks, yTicks, floor: null};
  const floor = y.min * (y.min / y.max) ** floorShare;
  return {x, y: {min: floor, max: y.max}, xTicks, yTicks: [floor, ...yTicks], floor};
}

export type StyledLine = ChartLine & {readonly style: SeriesStyle};
