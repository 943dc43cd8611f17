import {tickText} from '../numberText.ts';
import type {Theme} from '../theme.ts';
import {axesOf, floorText, type Axes, type ChartData, type ChartLine} from './chartLine.ts';
import {dotRadius} from './chartPlugins.ts';
import {lineStyle, type SeriesStyle} from './seriesStyle.ts';

const size = {width: 900, height: 520} as const;
const margin = {left: 80, right: 20, top: 46, bottom: 52} as const;
const legendRow = 20;
const legendColumns = 3;

/** A chart as a self-contained SVG document with title, axes and legend, for use in papers. */
export function chartSvg(data: ChartData, theme: Theme): string {
  const axes = axesOf(data);
  const place = placer(axes, data);
  const styles = data.lines.map(({look}) => lineStyle(look, theme.series));
  const legendHeight = Math.ceil(data.lines.length / legendColumns) * legendRow + 10;
  const height = size.height + legendHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}" viewBox="0 0 ${size.width} ${height}" font-family="${escaped(theme.fontFamily)}" font-size="13">`,
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    `<text x="${margin.left}" y="28" font-size="16" font-weight="bold" fill="${theme.foreground}">${escaped(data.title)}</text>`,
    axesSvg(axes, place, theme),
    `<clipPath id="area"><rect x="${margin.left}" y="${margin.top}" width="${plot.width}" height="${plot.height}"/></clipPath>`,
    '<g clip-path="url(#area)" fill="none">',
    ...data.lines.map(({points}, i) => path(points.rawX, points.rawY, place, styles[i], 'opacity="0.3"', false)),
    ...data.lines.map(({points}, i) => path(points.x, points.y, place, styles[i], 'stroke-width="2"', true)),
    '</g>',
    ...data.lines.flatMap((line, i) => circlesSvg(line, place, axes.floor, styles[i]?.colour ?? 'black')),
    ...data.lines.map((line, i) => legendSvg(line, i, styles[i], theme)),
    '</svg>',
    '',
  ].join('\n');
}

const plot = {
  width: size.width - margin.left - margin.right,
  height: size.height - margin.top - margin.bottom,
} as const;

interface Placer {
  x(value: number): number;
  y(value: number): number;
}

function placer({x, y}: Axes, {logX, logY}: ChartData): Placer {
  const share = (value: number, {min, max}: {min: number; max: number}, logarithmic: boolean) =>
    logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return {
    x: (value) => margin.left + share(value, x, logX) * plot.width,
    y: (value) => margin.top + (1 - share(value, y, logY)) * plot.height,
  };
}

/** Dots for points without neighbours, and rings at the floor of the axis for values at or below 0. */
function circlesSvg({points}: ChartLine, place: Placer, floor: number | null, colour: string): string[] {
  const circle = (update: number, value: number, paint: string) =>
    `<circle cx="${place.x(update).toFixed(1)}" cy="${place.y(value).toFixed(1)}" r="${dotRadius}" ${paint}/>`;
  const dots = Array.from(points.dotX, (update, i) => circle(update, points.dotY[i] ?? NaN, `fill="${colour}"`));
  if (floor === null) return dots;
  const rings = Array.from(points.below, (update) => circle(update, floor, `fill="none" stroke="${colour}"`));
  return [...dots, ...rings];
}

function axesSvg({xTicks, yTicks, floor}: Axes, place: Placer, {grid, foreground}: Theme): string {
  const bottom = margin.top + plot.height;
  const vertical = xTicks.map((tick) => {
    const x = place.x(tick).toFixed(1);
    return `<path d="M${x} ${margin.top}V${bottom}" stroke="${grid}"/><text x="${x}" y="${bottom + 18}" text-anchor="middle" fill="${foreground}">${tickText(tick)}</text>`;
  });
  const horizontal = yTicks.map((tick) => {
    const y = place.y(tick);
    return `<path d="M${margin.left} ${y.toFixed(1)}h${plot.width}" stroke="${grid}"/><text x="${margin.left - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end" fill="${foreground}">${tick === floor ? floorText : tickText(tick)}</text>`;
  });
  const label = `<text x="${margin.left + plot.width / 2}" y="${bottom + 40}" text-anchor="middle" fill="${foreground}">update</text>`;
  return [...vertical, ...horizontal, label].join('\n');
}

function path(
  xs: Float64Array,
  ys: Float64Array,
  place: Placer,
  style: SeriesStyle | undefined,
  more: string,
  dashed: boolean,
): string {
  let d = '';
  let isDown = false;
  for (let i = 0; i < xs.length; i++) {
    const [x, y] = [place.x(xs[i] ?? NaN), place.y(ys[i] ?? NaN)];
    const isPoint = Number.isFinite(x) && Number.isFinite(y);
    if (isPoint) d += `${isDown ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    isDown = isPoint;
  }
  const dash = dashed && style && style.dash.length > 0 ? ` stroke-dasharray="${style.dash.join(' ')}"` : '';
  return `<path d="${d}" stroke="${style?.colour ?? 'black'}"${dash} ${more}/>`;
}

function legendSvg({label}: ChartLine, index: number, style: SeriesStyle | undefined, {foreground}: Theme): string {
  const x = margin.left + (index % legendColumns) * (plot.width / legendColumns);
  const y = size.height + Math.floor(index / legendColumns) * legendRow;
  const dash = style && style.dash.length > 0 ? ` stroke-dasharray="${style.dash.join(' ')}"` : '';
  return `<path d="M${x} ${y}h32" stroke="${style?.colour ?? 'black'}" stroke-width="2"${dash}/><text x="${x + 40}" y="${y + 4}" fill="${foreground}">${escaped(label)}</text>`;
}

/** Escapes text for an SVG document. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
