import {escaped, legendHeight, svgDocument, svgLegend, tickLine} from '../../../trainer/chart/svgDocument.ts';
import {seriesStyle} from '../../charts/seriesStyle.ts';
import {tickText} from '../../../trainer/chart/tickText.ts';
import type {Theme} from '../../theme.ts';
import {layerTitle, type LayerSeries} from './layerSeries.ts';

const plot = {left: 80, top: 46, width: 800, height: 400} as const;
const below = 52;

/** The chart by tensor as a self-contained SVG document. */
export function layerSvg(series: LayerSeries, theme: Theme): string {
  const bottom = plot.top + plot.height;
  const frame = {title: layerTitle, width: 900, height: bottom + below + legendHeight(series.labels.length)};
  const stroke = (expert: number) => {
    const {colour, dash} = seriesStyle(expert, theme.series);
    return `stroke="${escaped(colour)}" stroke-width="1.5" fill="none" stroke-dasharray="${dash.join(' ') || 'none'}"`;
  };
  return svgDocument(frame, theme, [
    ...series.yTicks.map((tick) => tickLine(tickText(tick), placeY(series, tick), plot, theme)),
    ...series.starts.map((start) => startLine(start.name, placeX(series, start.at), theme)),
    ...series.values.map((values, expert) => `<path d="${path(series, values)}" ${stroke(expert)}/>`),
    ...svgLegend(series.labels, (expert) => `<path d="M0 0h32" ${stroke(expert)}/>`, bottom + below),
  ]);
}

function placeX({tensors}: LayerSeries, at: number): number {
  return plot.left + (at / Math.max(1, tensors.length - 1)) * plot.width;
}

function placeY({y}: LayerSeries, value: number): number {
  return plot.top + (1 - Math.log(value / y.min) / Math.log(y.max / y.min)) * plot.height;
}

function startLine(name: string, x: number, {grid}: Theme): string {
  const bottom = plot.top + plot.height;
  return `<path d="M${x.toFixed(1)} ${plot.top}V${bottom}" stroke="${escaped(grid)}"/><text x="${x.toFixed(1)}" y="${bottom + 18}">${escaped(name)}</text>`;
}

function path(series: LayerSeries, values: readonly number[]): string {
  let isDown = false;
  const steps = values.map((value, at) => {
    const isPoint = Number.isFinite(value);
    const step = isPoint
      ? `${isDown ? 'L' : 'M'}${placeX(series, at).toFixed(1)} ${placeY(series, value).toFixed(1)}`
      : '';
    isDown = isPoint;
    return step;
  });
  return steps.join('');
}
