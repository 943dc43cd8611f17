import type {Plugin, Scale} from 'chart.js';
import {dotRadius} from '../../trainer/chart/lineChart.ts';
import type {StyledLine} from './chartLine.ts';

/** What the plugin draws; set before each drawing. */
export interface DrawnLines {
  lines: readonly StyledLine[];
  /** As `Axes.floor`. */
  floor: number | null;
}

/** Pixel positions of an update and of a value. */
type Place = readonly [left: (update: number) => number, top: (value: number) => number];

const rawOpacity = 0.3;
const smoothedWidth = 1.5;

/**
 * A chart.js plugin that draws the smoothed lines over the raw values directly from their arrays. As data sets, every point would become
 * an object of chart.js, which would cost more per update than the rest of the page.
 */
export function linesOf(drawn: DrawnLines): Plugin<'line'> {
  return {
    id: 'lines',
    beforeDatasetsDraw: (chart) => {
      const {ctx, chartArea} = chart;
      ctx.save();
      ctx.beginPath();
      // Wide enough for whole dots at the edges of the area.
      ctx.rect(
        chartArea.left - dotRadius,
        chartArea.top - dotRadius,
        chartArea.width + 2 * dotRadius,
        chartArea.height + 2 * dotRadius,
      );
      ctx.clip();
      ctx.lineJoin = 'round';
      ctx.globalAlpha = rawOpacity;
      ctx.lineWidth = 1;
      const place: Place = [pixelsOf(chart.scales['x']), pixelsOf(chart.scales['y'])];
      for (const {points, style} of drawn.lines) {
        ctx.strokeStyle = style.colour;
        stroke(ctx, place, points.rawX, points.rawY);
      }
      ctx.globalAlpha = 1;
      ctx.lineWidth = smoothedWidth;
      for (const {points, style} of drawn.lines) {
        ctx.strokeStyle = style.colour;
        ctx.setLineDash([...style.dash]);
        stroke(ctx, place, points.x, points.y);
        ctx.setLineDash([]);
        ctx.fillStyle = style.colour;
        circles(ctx, place, points.dotX, (i) => points.dotY[i] ?? NaN);
        ctx.fill();
        const {floor} = drawn;
        if (floor === null) continue;
        circles(ctx, place, points.below, () => floor);
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}

/** Strokes through all points; a point that is not finite breaks the line. */
function stroke(ctx: CanvasRenderingContext2D, [left, top]: Place, updates: Float64Array, values: Float64Array): void {
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

function circles(
  ctx: CanvasRenderingContext2D,
  [left, top]: Place,
  updates: Float64Array,
  valueOf: (index: number) => number,
): void {
  ctx.beginPath();
  updates.forEach((update, i) => {
    const [x, y] = [left(update), top(valueOf(i))];
    ctx.moveTo(x + dotRadius, y);
    ctx.arc(x, y, dotRadius, 0, 2 * Math.PI);
  });
}

/** The mapping of a scale from value to pixel as a linear function, which is much faster than a call of the scale for each value. */
function pixelsOf(scale: Scale | undefined): (value: number) => number {
  if (scale === undefined) return () => NaN;
  const {min, max, type} = scale;
  const place = type === 'logarithmic' ? Math.log : (value: number) => value;
  const start = scale.getPixelForValue(min);
  const pixelsPerPlace = (scale.getPixelForValue(max) - start) / (place(max) - place(min));
  const origin = start - place(min) * pixelsPerPlace;
  return (value) => origin + place(value) * pixelsPerPlace;
}
