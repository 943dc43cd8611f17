import {type Axis, type AxisRange, linearAxis, logAxis, rangeOf, withMargin} from './axes.ts';
import type {RgbPicture} from './canvas.ts';
import {type ChartText, drawFrame, drawXTick, type Frame, type PlotArea, plotY} from './frame.ts';
import {type Colour, ink, seriesColour} from './palette.ts';
import type {Stroke} from './strokeCoverage.ts';

export interface LineSeries {
  readonly name: string;
  /** By rising x. A y of null or NaN (and on a log axis one that is not positive) leaves a gap. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
  readonly colour?: Colour;
  /** Drawn thin and pale behind the others, and left out of the legend. */
  readonly faint?: boolean;
}

export interface LineChart extends ChartText {
  readonly series: readonly LineSeries[];
  /** Ends of the x axis; left out, those of the points. */
  readonly xRange?: AxisRange;
  readonly logY?: boolean;
  readonly width: number;
  readonly height: number;
}

/** Curves over a common x axis. */
export function lineChart({series, xRange, logY = false, width, height, ...text}: LineChart): RgbPicture {
  const coloured = series.map((line, i) => ({...line, colour: line.colour ?? seriesColour(i)}));
  const xAxis = linearAxis(xRange ?? rangeOf(series.flatMap(({points}) => points.map(([x]) => x))), 8);
  const yAxis = yAxisOf(series, logY);
  const legend = coloured.filter(({faint}) => !faint);
  const frame = drawFrame({width, height}, text, yAxis, legend);
  drawXAxis(frame, xAxis);
  for (const line of [...coloured].sort((a, b) => Number(b.faint ?? false) - Number(a.faint ?? false))) {
    const strokes = curveStrokes(line, xAxis, yAxis, frame.plot);
    frame.canvas.drawStrokes(strokes, line.faint ? 1.5 : 3, line.colour, line.faint ? 0.22 : 1);
  }
  return frame.canvas;
}

function yAxisOf(series: readonly LineSeries[], logY: boolean): Axis {
  const scale = logY ? 'log' : 'linear';
  const values = series.flatMap(({points}) => points.map(([, y]) => y));
  const range = withMargin(rangeOf(values, scale), 0.04, scale);
  return logY ? logAxis(range, 7) : linearAxis(range, 7);
}

function drawXAxis(frame: Frame, xAxis: Axis): void {
  const {canvas, plot} = frame;
  const bottom = plot.top + plot.height;
  canvas.fillRectangle(plot.left, bottom - 1, plot.width, 2, ink.axis);
  for (const {value, label} of xAxis.ticks) {
    const x = Math.round(plot.left + (xAxis.place(value) ?? 0) * plot.width);
    canvas.fillRectangle(x - 1, bottom, 2, 7, ink.axis);
    drawXTick(frame, x, label);
  }
}

/** A stroke between each two neighbours that can be shown; a point without such neighbours is a dot. */
function curveStrokes({points}: LineSeries, xAxis: Axis, yAxis: Axis, plot: PlotArea): Stroke[] {
  const strokes: Stroke[] = [];
  let previous: [number, number] | null = null;
  for (const [x, y] of points) {
    const [across, up] = [xAxis.place(x), yAxis.place(y)];
    const here: [number, number] | null =
      across === null || up === null ? null : [plot.left + across * plot.width, plotY(plot, up)];
    if (here) strokes.push([...(previous ?? here), ...here]);
    previous = here;
  }
  return strokes;
}
