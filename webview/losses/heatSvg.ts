import {escaped, svgDocument} from '../../trainer/chart/svgDocument.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import {numberText} from '../numberText.ts';
import type {Theme} from '../theme.ts';
import {viridis} from './viridis.ts';

/** A heat map of the document. */
export interface HeatPicture {
  readonly title: string;
  /** Data URI of the pixels: updates from left to right, timesteps from bottom to top. */
  readonly pixels: string;
  readonly lastUpdate: number;
}

const plot = {width: 780, height: 200} as const;
const margin = {left: 80, right: 40, top: 70} as const;
/** From the top of one map to the top of the next. */
const rowHeight = plot.height + 70;
const stops = 16;

/**
 * Heat maps below each other as a self-contained SVG document for use in papers, with title, axes and one logarithmic colour scale over
 * `range`.
 */
export function heatSvg(
  title: string,
  pictures: readonly HeatPicture[],
  range: readonly [number, number],
  timesteps: number,
  theme: Theme,
): string {
  const width = margin.left + plot.width + margin.right;
  const height = margin.top + pictures.length * rowHeight;
  return svgDocument({title, width, height}, theme, [
    scale(range),
    ...pictures.map((picture, row) => heatMap(picture, margin.top + row * rowHeight, timesteps, theme)),
  ]);
}

function scale([low, high]: readonly [number, number]): string {
  const colours = Array.from({length: stops}, (_, i) => {
    const share = i / (stops - 1);
    const [red, green, blue] = viridis(share).map((channel) => Math.round(channel));
    return `<stop offset="${share.toFixed(3)}" stop-color="rgb(${red},${green},${blue})"/>`;
  });
  const right = margin.left + plot.width;
  return [
    `<linearGradient id="scale">${colours.join('')}</linearGradient>`,
    `<rect x="${right - 260}" y="16" width="180" height="14" fill="url(#scale)"/>`,
    `<text x="${right - 266}" y="28" text-anchor="end">${numberText(low)}</text>`,
    `<text x="${right - 74}" y="28">${numberText(high)}</text>`,
  ].join('\n');
}

function heatMap({title, pixels, lastUpdate}: HeatPicture, top: number, timesteps: number, {grid}: Theme): string {
  const {left} = margin;
  const bottom = top + plot.height;
  const place = `x="${left}" y="${top}" width="${plot.width}" height="${plot.height}"`;
  return [
    `<text x="${left}" y="${top - 8}">${escaped(title)}</text>`,
    `<image ${place} preserveAspectRatio="none" style="image-rendering:pixelated" href="${escaped(pixels)}"/>`,
    `<rect ${place} fill="none" stroke="${grid}"/>`,
    `<text x="${left - 8}" y="${top + 12}" text-anchor="end">${countText(timesteps - 1)}</text>`,
    `<text x="${left - 8}" y="${top + plot.height / 2}" text-anchor="end">t</text>`,
    `<text x="${left - 8}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${left}" y="${bottom + 18}">0</text>`,
    `<text x="${left + plot.width / 2}" y="${bottom + 18}" text-anchor="middle">update</text>`,
    `<text x="${left + plot.width}" y="${bottom + 18}" text-anchor="end">${countText(lastUpdate)}</text>`,
  ].join('\n');
}
