import type {Chart, Plugin, Scale} from 'chart.js';
import type {ChartLine} from './chartLine.ts';
import type {SeriesStyle} from './seriesStyle.ts';

/** What the plugin draws in its chart. */
export interface DrawnLines {
  lines: readonly ChartLine[];
  styles: readonly SeriesStyle[];
}

const rawOpacity = 0.3;
const smoothedWidth = 1.5;

/**
 * Draws the smoothed lines over the raw values, straight from their arrays. As data sets of the chart they would become an element a
 * point, which costs more with every step than all else on the page.
 */
export function linesOf(drawn: DrawnLines): Plugin<'line'> {
  return {
    id: 'lines',
    beforeDatasetsDraw: (chart) => {
      const {ctx, chartArea} = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.lineJoin = 'round';
      ctx.globalAlpha = rawOpacity;
      ctx.lineWidth = 1;
      const paths = drawn.lines.map(({points}, i) => ({points, colour: drawn.styles[i]?.colour ?? '', i}));
      for (const {points, colour} of paths) stroke(chart, points.rawX, points.rawY, colour);
      ctx.globalAlpha = 1;
      ctx.lineWidth = smoothedWidth;
      for (const {points, colour, i} of paths) {
        ctx.setLineDash([...(drawn.styles[i]?.dash ?? [])]);
        stroke(chart, points.x, points.y, colour);
      }
      ctx.restore();
    },
  };
}

/** Strokes through all points; one that is not finite breaks the line. */
function stroke({ctx, scales}: Chart<'line'>, updates: Float64Array, values: Float64Array, colour: string): void {
  const [left, top] = [pixelsOf(scales['x']), pixelsOf(scales['y'])];
  ctx.strokeStyle = colour;
  ctx.beginPath();
  let isDown = false;
  for (let i = 0; i < updates.length; i++) {
    const [x, y] = [left(updates[i] ?? NaN), top(values[i] ?? NaN)];
    const isThere = Number.isFinite(x) && Number.isFinite(y);
    if (isThere && isDown) ctx.lineTo(x, y);
    else if (isThere) ctx.moveTo(x, y);
    isDown = isThere;
  }
  ctx.stroke();
}

/** What a scale does to a value, as one line through its ends: the scale itself looks up much for each value. */
function pixelsOf(scale: Scale | undefined): (value: number) => number {
  if (scale === undefined) return () => NaN;
  const {min, max, type} = scale;
  const place = type === 'logarithmic' ? Math.log : (value: number) => value;
  const start = scale.getPixelForValue(min);
  const pixelsPerPlace = (scale.getPixelForValue(max) - start) / (place(max) - place(min));
  const origin = start - place(min) * pixelsPerPlace;
  return (value) => origin + place(value) * pixelsPerPlace;
}
