import {axisTicks} from '../../../trainer/chart/axisRange.ts';
import {escaped, svgDocument} from '../../../trainer/chart/svgDocument.ts';
import {tickText} from '../../../trainer/chart/tickText.ts';
import type {GradientConflict} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {divergingColour} from '../../charts/divergingColour.ts';
import type {Theme} from '../../theme.ts';

const size = {width: 640, height: 500} as const;
/** Place of the map in the picture. */
const plot = {left: 80, top: 50, side: 390} as const;
const scale = {left: 510, width: 20, stops: 17} as const;

/** The map of a document. */
export interface ConflictPicture extends Pick<GradientConflict, 'trainTimesteps' | 'ranges'> {
  readonly title: string;
  /** Data URI of the pixels. */
  readonly pixels: string;
  /** The cosine at the end of the colour scale. */
  readonly end: number;
}

/** Place of a pair of timesteps as shares of the width and height of the picture. */
export function conflictPlace(
  {trainTimesteps}: Pick<GradientConflict, 'trainTimesteps'>,
  x: number,
  y: number,
): readonly [number, number] {
  const along = (timestep: number) => (timestep / trainTimesteps) * plot.side;
  return [(plot.left + along(x)) / size.width, (plot.top + plot.side - along(y)) / size.height];
}

/** The heat map as a self-contained SVG document: timesteps along both axes, lines at the edges of the ranges, and the colour scale. */
export function conflictSvg(picture: ConflictPicture, theme: Theme): string {
  const {title, pixels, trainTimesteps, ranges} = picture;
  const {left, top, side} = plot;
  const bottom = top + side;
  const x = (timestep: number) => (left + (timestep / trainTimesteps) * side).toFixed(1);
  const y = (timestep: number) => (bottom - (timestep / trainTimesteps) * side).toFixed(1);
  const frame = `x="${left}" y="${top}" width="${side}" height="${side}"`;
  const ticks = axisTicks(0, trainTimesteps, false).flatMap((tick) => [
    `<path d="M${x(tick)} ${bottom}v5M${left} ${y(tick)}h-5" stroke="${escaped(theme.foreground)}"/>`,
    `<text x="${x(tick)}" y="${bottom + 20}" text-anchor="middle">${tickText(tick)}</text>`,
    `<text x="${left - 9}" y="${(Number(y(tick)) + 4).toFixed(1)}" text-anchor="end">${tickText(tick)}</text>`,
  ]);
  const edges = ranges.slice(1).map(([low]) => `M${x(low)} ${top}v${side}M${left} ${y(low)}h${side}`);
  return svgDocument({title, ...size}, theme, [
    `<image ${frame} preserveAspectRatio="none" style="image-rendering:pixelated" href="${escaped(pixels)}"/>`,
    `<path d="${edges.join('')}" fill="none" stroke="#000000" stroke-opacity="0.6" stroke-dasharray="4 3"/>`,
    `<rect ${frame} fill="none" stroke="${escaped(theme.foreground)}"/>`,
    ...ticks,
    `<text x="${left + side / 2}" y="${bottom + 42}" text-anchor="middle">timestep</text>`,
    `<text transform="translate(22 ${top + side / 2}) rotate(-90)" text-anchor="middle">timestep</text>`,
    ...colourScale(picture.end, theme),
  ]);
}

function colourScale(end: number, {foreground}: Theme): string[] {
  const {top, side} = plot;
  const stops = Array.from({length: scale.stops}, (_, i) => {
    const share = i / (scale.stops - 1);
    return `<stop offset="${share.toFixed(4)}" stop-color="rgb(${divergingColour(1 - 2 * share).join()})"/>`;
  });
  const label = (share: number) =>
    `<text x="${scale.left + scale.width + 8}" y="${(top + side * share + 4).toFixed(1)}">${tickText(Number((end * (1 - 2 * share)).toPrecision(2)))}</text>`;
  return [
    `<linearGradient id="scale" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`,
    `<rect x="${scale.left}" y="${top}" width="${scale.width}" height="${side}" fill="url(#scale)" stroke="${escaped(foreground)}"/>`,
    ...[0, 0.25, 0.5, 0.75, 1].map(label),
    `<text transform="translate(${scale.left + scale.width + 70} ${top + side / 2}) rotate(-90)" text-anchor="middle">cosine of the gradients</text>`,
  ];
}
