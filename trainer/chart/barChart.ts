import {type Axis, linearAxis, rangeOf, withMargin} from './axes.ts';
import type {Canvas, RgbPicture} from './canvas.ts';
import {type ChartText, drawFrame, drawXTick, type PlotArea, plotY} from './frame.ts';
import {type Colour, ink, seriesColour} from './palette.ts';

export interface Bar {
  readonly value: number;
  /** Length of the error bar to each side. */
  readonly error: number;
}

export interface BarSeries {
  readonly name: string;
  /** One for each group; null (or a value that is not finite) leaves a gap. */
  readonly bars: readonly (Bar | null)[];
  readonly colour?: Colour;
}

export interface BarChart extends ChartText {
  /** Names of the groups, below them. */
  readonly groups: readonly string[];
  readonly series: readonly BarSeries[];
  readonly width: number;
  readonly height: number;
}

/** Bars from zero in groups, one of each series in a group, with error bars. */
export function barChart({groups, series, width, height, ...text}: BarChart): RgbPicture {
  const yAxis = linearAxis(yRange(series), 9);
  const coloured = series.map((one, i) => ({...one, colour: one.colour ?? seriesColour(i)}));
  const frame = drawFrame({width, height}, text, yAxis, coloured);
  const {canvas, plot} = frame;
  const zero = Math.round(plotY(plot, yAxis.place(0) ?? 0));
  groups.forEach((group, g) => {
    const left = plot.left + (g / groups.length) * plot.width;
    if (g > 0) canvas.fillRectangle(left - 1, plot.top, 2, plot.height, ink.grid);
    drawXTick(frame, left + plot.width / groups.length / 2, group);
    coloured.forEach(({bars, colour}, i) => {
      drawBar(
        canvas,
        yAxis,
        plot,
        {...slot(left, plot.width / groups.length, series.length, i), zero},
        bars[g] ?? null,
        colour,
      );
    });
  });
  canvas.fillRectangle(plot.left, zero - 1, plot.width, 2, ink.axis);
  return canvas;
}

/** Zero, all bars and all their error bars. */
function yRange(series: readonly BarSeries[]) {
  const values = series.flatMap(({bars}) =>
    bars.flatMap((bar) => (bar ? [bar.value - bar.error, bar.value + bar.error] : [])),
  );
  return withMargin(rangeOf([0, ...values]), 0.05);
}

/** Left edge and width of bar `index` in a group, in whole pixels; a quarter of the group stays free. */
function slot(groupLeft: number, groupWidth: number, count: number, index: number): {left: number; width: number} {
  const pitch = Math.max(2, Math.floor((groupWidth * 0.75) / count));
  const left = Math.round(groupLeft + (groupWidth - pitch * count) / 2) + pitch * index;
  return {left, width: pitch > 6 ? pitch - 2 : pitch};
}

function drawBar(
  canvas: Canvas,
  yAxis: Axis,
  plot: PlotArea,
  {left, width, zero}: {readonly left: number; readonly width: number; readonly zero: number},
  bar: Bar | null,
  colour: Colour,
): void {
  const place = yAxis.place(bar?.value ?? null);
  if (bar === null || place === null) return;
  const end = Math.round(plotY(plot, place));
  canvas.fillRectangle(left, Math.min(end, zero), width, Math.abs(end - zero), colour);
  const [low, high] = [yAxis.place(bar.value - bar.error), yAxis.place(bar.value + bar.error)];
  if (low !== null && high !== null && bar.error > 0)
    drawErrorBar(canvas, left + width / 2, plotY(plot, low), plotY(plot, high), width);
}

function drawErrorBar(canvas: Canvas, x: number, low: number, high: number, barWidth: number): void {
  const cap = Math.min(14, 2 * Math.floor(barWidth / 3));
  canvas.fillRectangle(x - 1, high, 2, low - high, ink.title);
  for (const y of [low, high]) canvas.fillRectangle(x - cap / 2, y - 1, cap, 2, ink.title);
}
