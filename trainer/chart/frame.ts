import type {Axis} from './axes.ts';
import {Canvas} from './canvas.ts';
import {type Colour, ink} from './palette.ts';
import {drawText, textHeight, textWidth} from './text.ts';

/** What line and bar charts have in common. */
export interface ChartText {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
}

export interface LegendEntry {
  readonly name: string;
  readonly colour: Colour;
}

/** Inner rectangle of a chart in whole pixels, where the data is drawn. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Frame {
  readonly canvas: Canvas;
  readonly plot: PlotArea;
}

const small = 2;
const large = 3;
const pad = 28;
const swatch = {width: 26, height: 6, gap: 12, line: 32};

/** A canvas with title, labels, horizontal grid lines and legend. The x axis is left to the chart. */
export function drawFrame(
  size: {readonly width: number; readonly height: number},
  text: ChartText,
  yAxis: Axis,
  legend: readonly LegendEntry[],
): Frame {
  const canvas = new Canvas(size.width, size.height);
  const plot = plotArea(canvas, yAxis, legend);
  drawText(canvas, text.title, pad, pad, {size: large, colour: ink.title});
  drawText(canvas, text.yLabel, pad, pad + textHeight(large) + 20, {size: small});
  const bottom = canvas.height - pad - textHeight(small);
  drawText(canvas, text.xLabel, plot.left + plot.width / 2, bottom, {size: small, align: 'centre'});
  drawGrid(canvas, plot, yAxis);
  drawLegend(canvas, plot.left + plot.width + pad, plot.top, legend);
  return {canvas, plot};
}

/** A label below the plot, centred at `x`. */
export function drawXTick({canvas, plot}: Frame, x: number, label: string): void {
  drawText(canvas, label, x, plot.top + plot.height + 14, {size: small, align: 'centre'});
}

/** Height on the canvas of a place on the y axis. */
export function plotY(plot: PlotArea, place: number): number {
  return plot.top + (1 - place) * plot.height;
}

function plotArea(canvas: Canvas, yAxis: Axis, legend: readonly LegendEntry[]): PlotArea {
  const tickWidth = Math.max(0, ...yAxis.ticks.map(({label}) => textWidth(label, small)));
  const legendWidth = Math.max(0, ...legend.map(({name}) => textWidth(name, small) + swatch.width + swatch.gap + pad));
  const left = pad + tickWidth + 14;
  const top = pad + textHeight(large) + 20 + textHeight(small) + 24;
  const below = 14 + textHeight(small) + 20 + textHeight(small) + pad;
  return {left, top, width: canvas.width - left - legendWidth - pad, height: canvas.height - top - below};
}

function drawGrid(canvas: Canvas, plot: PlotArea, yAxis: Axis): void {
  for (const {value, label} of yAxis.ticks) {
    const place = yAxis.place(value);
    if (place === null) continue;
    const y = Math.round(plotY(plot, place));
    canvas.fillRectangle(plot.left, y - 1, plot.width, 2, ink.grid);
    drawText(canvas, label, plot.left - 14, y - textHeight(small) / 2, {size: small, align: 'right'});
  }
}

function drawLegend(canvas: Canvas, left: number, top: number, legend: readonly LegendEntry[]): void {
  legend.forEach(({name, colour}, i) => {
    const y = top + i * swatch.line;
    canvas.fillRectangle(left, y + (textHeight(small) - swatch.height) / 2, swatch.width, swatch.height, colour);
    drawText(canvas, name, left + swatch.width + swatch.gap, y, {size: small});
  });
}
