import {axisTicks, extent, paddedRange} from '../../trainer/chart/axisRange.ts';
import {escaped} from '../../trainer/chart/svgDocument.ts';
import {tickText} from '../../trainer/chart/tickText.ts';
import {rangeText} from '../../trainer/contract/overview/stageTitle.ts';
import {lineStyle} from '../charts/seriesStyle.ts';
import type {Theme} from '../theme.ts';
import type {TimestepLine, TimestepPicture, TimestepValue} from './timestepPicture.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Room around the plot in pixels; above it stand the names of the ranges. */
export const pictureMargin = {left: 60, right: 12, top: 36, bottom: 40} as const;
const fontSize = 11;
/** Of a letter, on average. */
const letterWidth = 0.56 * fontSize;
/** Standard errors to each side of a band. */
const bandErrors = 2;

interface Place {
  x(timestep: number): number;
  y(value: number): number;
  readonly top: number;
  readonly bottom: number;
}

/** The picture as an SVG document of a size in pixels: the ranges as bands with their names, a step for each value, two standard errors around it. */
export function timestepSvg(picture: TimestepPicture, theme: Theme, {width, height}: PictureSize): string {
  const logarithmic = picture.unit === 'loss';
  const axis = valueAxis(picture, logarithmic);
  const [left, right] = [pictureMargin.left, width - pictureMargin.right];
  const [top, bottom] = [pictureMargin.top, height - pictureMargin.bottom];
  const scaled = logarithmic ? Math.log : (value: number) => value;
  const place: Place = {
    x: (timestep) => left + (timestep / picture.timesteps) * (right - left),
    y: (value) =>
      bottom - ((scaled(value) - scaled(axis.min)) / (scaled(axis.max) - scaled(axis.min))) * (bottom - top),
    top,
    bottom,
  };
  const text = (x: number, y: number, content: string, more = '') =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(content)}</text>`;
  const middle = 'text-anchor="middle"';
  // The last number would be cut off where it stands on the edge.
  const anchor = (x: number) => (x > right - 12 ? 'text-anchor="end"' : middle);
  const yTicks = axisTicks(axis.min, axis.max, logarithmic, 5).flatMap((value) => [
    `<path d="M${left} ${place.y(value).toFixed(1)}H${right}" stroke="${escaped(theme.grid)}" stroke-width="0.5"/>`,
    text(left - 6, place.y(value) + 4, tickText(value), ' text-anchor="end"'),
  ]);
  const wanted = Math.max(2, Math.floor((right - left) / 90));
  const xTicks = axisTicks(0, picture.timesteps, false, wanted).map((value) =>
    text(place.x(value), bottom + 15, tickText(value), ` ${anchor(place.x(value))}`),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(theme.fontFamily)}" font-size="${fontSize}" fill="${escaped(theme.foreground)}">`,
    `<rect width="100%" height="100%" fill="${escaped(theme.background)}"/>`,
    ...rangeBands(picture, theme, place),
    ...yTicks,
    ...xTicks,
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="${escaped(theme.foreground)}" stroke-width="0.5"/>`,
    text((left + right) / 2, height - 6, 'timestep t (0: the image, right: noise alone)', ` ${middle}`),
    `<text transform="translate(13 ${(top + bottom) / 2}) rotate(-90)" ${middle}>${escaped(picture.yLabel)}</text>`,
    ...(picture.unit === 'percent' ? [baseSvg(place, left, right, theme)] : []),
    // The first, which are what the run is made for, lie on top.
    ...picture.lines.toReversed().map((line) => lineSvg(line, theme, place)),
    '</svg>',
  ].join('\n');
}

function valueAxis({lines, unit}: TimestepPicture, logarithmic: boolean): {min: number; max: number} {
  const values = lines.flatMap((line) => [...line.values, ...line.start]);
  const ends = values.flatMap(({value, error}) => [
    value - bandErrors * (error ?? 0),
    value + bandErrors * (error ?? 0),
  ]);
  const shown = logarithmic ? ends.filter((end) => end > 0) : ends;
  return paddedRange(extent([unit === 'percent' ? [...shown, 0] : shown]) ?? [logarithmic ? 0.1 : 0, 1], logarithmic);
}

/** Every second range is tinted. Where a name finds no room, all are cut to the numbers of the experts. */
function rangeBands({ranges}: TimestepPicture, {foreground}: Theme, {x, top, bottom}: Place): string[] {
  const fits = ranges.every((range, i) => {
    if (range === undefined) return true;
    const longest = Math.max(`expert ${i}`.length, rangeText(range).length);
    return longest * letterWidth < x(range[1]) - x(range[0]) - 4;
  });
  return ranges.flatMap((range, i) => {
    if (range === undefined) return [];
    const [from, to] = [x(range[0]), x(range[1])];
    const names = [`expert ${i}`, rangeText(range)];
    const lines = fits ? names : [String(i)];
    const centre = ((from + to) / 2).toFixed(1);
    const tint = i % 2 === 0 ? 0.07 : 0.02;
    return [
      `<rect x="${from.toFixed(1)}" y="${top}" width="${(to - from).toFixed(1)}" height="${bottom - top}" fill="${escaped(foreground)}" fill-opacity="${tint}"/>`,
      ...lines.map(
        (name, line) =>
          `<text x="${centre}" y="${top - 20 + 14 * (line + (fits ? 0 : 1))}" text-anchor="middle">${escaped(name)}</text>`,
      ),
    ];
  });
}

function baseSvg({y}: Place, left: number, right: number, {foreground}: Theme): string {
  return `<path d="M${left} ${y(0).toFixed(1)}H${right}" stroke="${escaped(foreground)}" stroke-width="1" stroke-dasharray="1 3"/>`;
}

function lineSvg({look, isMain, values, start}: TimestepLine, theme: Theme, place: Place): string {
  const {colour, dash} = lineStyle(look, theme.series);
  const stroke = escaped(colour);
  const dashes = dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
  const bands = values.flatMap(({from, to, value, error}) => {
    if (error === null) return [];
    const [high, low] = [place.y(value + bandErrors * error), place.y(value - bandErrors * error)];
    const [x, width] = [place.x(from), place.x(to) - place.x(from)];
    return `<rect x="${x.toFixed(1)}" y="${high.toFixed(1)}" width="${width.toFixed(1)}" height="${(low - high).toFixed(1)}" fill="${stroke}" fill-opacity="0.2"/>`;
  });
  const path = (steps: readonly TimestepValue[], more: string) =>
    steps.length === 0 ? '' : `<path d="${stepPath(steps, place)}" fill="none" stroke="${stroke}"${more}/>`;
  return [...bands, path(start, ' opacity="0.4"'), path(values, `${dashes} stroke-width="${isMain ? 3 : 2}"`)].join('');
}

/** A horizontal line over each interval, joined where the next begins at once; a value that has no place leaves a gap. */
function stepPath(values: readonly TimestepValue[], {x, y}: Place): string {
  let d = '';
  let end: number | null = null;
  for (const {from, to, value} of values) {
    const height = y(value);
    if (!Number.isFinite(height)) {
      end = null;
      continue;
    }
    d += `${end === from ? 'L' : 'M'}${x(from).toFixed(1)} ${height.toFixed(1)}H${x(to).toFixed(1)}`;
    end = to;
  }
  return d;
}
