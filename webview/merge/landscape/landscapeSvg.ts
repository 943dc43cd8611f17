import {escaped, svgDocument} from '../../../trainer/chart/svgDocument.ts';
import {tickText} from '../../../trainer/chart/tickText.ts';
import {
  directionsText,
  landscapePanels,
  type LandscapePanel,
} from '../../../trainer/contract/run/measured/landscapePanels.ts';
import type {LossLandscape} from '../../../trainer/contract/run/measured/lossLandscape.ts';
import type {Theme} from '../../theme.ts';
import {filledContours, type Band} from '../plane/filledContours.ts';
import {markSvg} from '../plane/markSvg.ts';
import {differenceBands, differencesOf} from './landscapeBands.ts';

const panelSize = {width: 270, height: 296} as const;
const plot = {left: 50, top: 42, side: 200} as const;
const legendBox = {left: 50, width: 58, height: 16} as const;
/** Room for the title of a picture of all panels. */
const titleHeight = 40;
const columns = 5;

/** The contours of one panel as a self-contained SVG document. */
export function panelSvg(panel: LandscapePanel, axis: readonly number[], bands: readonly Band[], theme: Theme): string {
  const frame = {title: panel.name, ...panelSize, titleLeft: plot.left};
  return svgDocument(frame, theme, contours(panel, axis, bands, theme));
}

/** What the colours of all panels mean, as a self-contained SVG document. */
export function legendSvg(bands: readonly Band[], theme: Theme): string {
  const frame = {title: legendTitle, ...legendSize(bands), titleLeft: legendBox.left};
  return svgDocument(frame, theme, legend(bands, theme));
}

export const legendTitle = 'Loss less that of the model at the centre';

export function landscapeTitle(landscape: LossLandscape): string {
  return `Loss landscape of ${directionsText(landscape)}`;
}

/** All panels with the legend as a self-contained SVG document. */
export function landscapeSvg(landscape: LossLandscape, theme: Theme): string {
  const panels = landscapePanels(landscape);
  const bands = bandsOf(panels);
  const across = Math.min(columns, panels.length);
  const bottom = titleHeight + Math.ceil(panels.length / across) * panelSize.height;
  const below = legendSize(bands);
  const frame = {
    title: landscapeTitle(landscape),
    width: Math.max(across * panelSize.width, below.width, 640),
    height: bottom + below.height,
    titleLeft: plot.left,
  };
  return svgDocument(frame, theme, [
    ...panels.flatMap((panel, i) => [
      `<g transform="translate(${(i % across) * panelSize.width} ${titleHeight + Math.floor(i / across) * panelSize.height})">`,
      heading(panel.name),
      ...contours(panel, landscape.axis, bands, theme),
      '</g>',
    ]),
    `<g transform="translate(0 ${bottom})">`,
    heading(legendTitle),
    ...legend(bands, theme),
    '</g>',
  ]);
}

/** The bands that all panels share. */
export function bandsOf(panels: readonly LandscapePanel[]): Band[] {
  return differenceBands(panels.map(differencesOf));
}

function heading(text: string): string {
  return `<text x="${plot.left}" y="28" font-size="15">${escaped(text)}</text>`;
}

function contours(
  panel: LandscapePanel,
  axis: readonly number[],
  bands: readonly Band[],
  {foreground}: Theme,
): string[] {
  const {left, top, side} = plot;
  const middle = side / 2;
  const bottom = top + side;
  const ends = [axis[0] ?? 0, 0, axis.at(-1) ?? 0];
  const ticks = ends.flatMap((value, i) => {
    const along = i * middle;
    return [
      `<path d="M${left + along} ${bottom}v5M${left} ${bottom - along}h-5" stroke="${escaped(foreground)}"/>`,
      `<text x="${left + along}" y="${bottom + 20}" text-anchor="middle">${tickText(value)}</text>`,
      `<text x="${left - 8}" y="${bottom - along + 4}" text-anchor="end">${tickText(value)}</text>`,
    ];
  });
  return [
    filledContours(differencesOf(panel), bands, plot),
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="${escaped(foreground)}"/>`,
    ...ticks,
    `<text x="${left + middle}" y="${bottom + 38}" text-anchor="middle" font-style="italic">a</text>`,
    `<text x="${left - 30}" y="${top + middle / 2 + 4}" text-anchor="middle" font-style="italic">b</text>`,
    markSvg([left + middle, top + middle], {shape: 'square'}),
  ];
}

function legendSize(bands: readonly Band[]): {width: number; height: number} {
  return {width: Math.max(400, legendBox.left + bands.length * legendBox.width + 20), height: 84};
}

/** A box for each band, with the value from which on it holds below its left edge. */
function legend(bands: readonly Band[], {foreground}: Theme): string[] {
  const {left, width, height} = legendBox;
  return bands.flatMap(({level, colour}, i) => {
    const x = left + i * width;
    return [
      `<rect x="${x}" y="40" width="${width}" height="${height}" fill="${colour}" stroke="${escaped(foreground)}"/>`,
      `<text x="${x}" y="${40 + height + 16}" text-anchor="middle" font-size="11">${tickText(Number(level.toPrecision(2)))}</text>`,
    ];
  });
}
