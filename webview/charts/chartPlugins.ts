import type {Chart, Plugin} from 'chart.js';
import type {ChartLine} from './chartLine.ts';
import type {SeriesStyle} from './seriesStyle.ts';

/** What the plugin draws behind the lines of its chart. */
export interface RawLines {
  lines: readonly ChartLine[];
  styles: readonly SeriesStyle[];
}

const rawOpacity = 0.3;

/** Draws the raw values behind the smoothed lines, straight from the arrays: as data sets they would double the cost of an update. */
export function rawBehind(raw: RawLines): Plugin<'line'> {
  return {
    id: 'rawBehind',
    beforeDatasetsDraw: (chart) => {
      const {ctx, chartArea} = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.globalAlpha = rawOpacity;
      ctx.lineWidth = 1;
      raw.lines.forEach((line, i) => {
        ctx.strokeStyle = raw.styles[i]?.colour ?? '';
        stroke(chart, line);
      });
      ctx.restore();
    },
  };
}

function stroke(chart: Chart<'line'>, {points: {rawX, rawY}}: ChartLine): void {
  const {ctx, scales} = chart;
  const {x, y} = scales;
  if (x === undefined || y === undefined) return;
  ctx.beginPath();
  let isDown = false;
  for (let i = 0; i < rawX.length; i++) {
    const [update = NaN, value = NaN] = [rawX[i], rawY[i]];
    if (!Number.isFinite(update) || !Number.isFinite(value)) {
      isDown = false;
      continue;
    }
    const [left, top] = [x.getPixelForValue(update), y.getPixelForValue(value)];
    if (isDown) ctx.lineTo(left, top);
    else ctx.moveTo(left, top);
    isDown = true;
  }
  ctx.stroke();
}
