import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {escaped} from '../../../trainer/chart/svgDocument.ts';
import {viridis} from '../../losses/viridis.ts';
import {numberText} from '../../numberText.ts';
import type {Theme} from '../../theme.ts';
import {filledContours, type Band} from './filledContours.ts';
import {baseLoss, differenceText} from './lossDifference.ts';
import {markSvg} from './markSvg.ts';
import {contourLevels} from './planeContours.ts';
import type {PlaneMark} from './planeMarks.ts';

const size = {width: 640, height: 480} as const;
const bandCount = 12;
const ticks = [0, 0.5, 1] as const;

/** Position of the plot in the picture. */
export const planePlot = {left: 60, top: 44, side: 380} as const;

/** Position of a pair of weights in the picture. */
export function planePlace({axis}: Pick<LossPlane, 'axis'>, x: number, y: number): readonly [number, number] {
  const [low, high] = [axis[0] ?? 0, axis.at(-1) ?? 1];
  const share = (value: number) => (value - low) / (high - low);
  return [planePlot.left + share(x) * planePlot.side, planePlot.top + (1 - share(y)) * planePlot.side];
}

/** A position as shares of the picture's width and height. */
export function planeShare([x, y]: readonly [number, number]): readonly [number, number] {
  return [x / size.width, y / size.height];
}

/** A loss plane as a self-contained SVG document: filled contours, dark where the loss is low, with marks, axes and legend. */
export function planeSvg(title: string, plane: LossPlane, marks: readonly PlaneMark[], theme: Theme): string {
  const levels = contourLevels(plane.rows, bandCount);
  const {width, height} = size;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(theme.fontFamily)}" font-size="13" fill="${theme.foreground}">`,
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    `<text x="${planePlot.left}" y="26" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    filledContours(plane.rows, bandsOf(levels), planePlot),
    axes(plane, theme),
    ...marks.map((mark) => markSvg(planePlace(plane, mark.x, mark.y), mark)),
    legend(levels, baseLoss(plane), marks),
    '</svg>',
    '',
  ].join('\n');
}

function axes(plane: LossPlane, {grid}: Theme): string {
  const {left, top, side} = planePlot;
  const {
    experts: [first, second],
  } = plane;
  const bottom = top + side;
  const marks = ticks.flatMap((tick) => {
    const [x, y] = planePlace(plane, tick, tick);
    return [
      `<path d="M${x} ${bottom}v5M${left} ${y}h-5" stroke="${grid}"/>`,
      `<text x="${x}" y="${bottom + 20}" text-anchor="middle">${tick}</text>`,
      `<text x="${left - 9}" y="${y + 4}" text-anchor="end">${tick}</text>`,
    ];
  });
  const middle = top + side / 2;
  return [
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="${grid}"/>`,
    ...marks,
    `<text x="${left + side / 2}" y="${bottom + 40}" text-anchor="middle">weight of expert ${first}</text>`,
    `<text transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">weight of expert ${second}</text>`,
  ].join('\n');
}

/** The lowest loss of each band, against that of the base, and the marks. */
function legend(levels: readonly number[], base: number | null, marks: readonly PlaneMark[]): string {
  const x = planePlot.left + planePlot.side + 24;
  const row = (i: number) => planePlot.top + i * 20;
  const step = (levels[1] ?? 0) - (levels[0] ?? 0);
  const head = base === null ? '' : `<text x="${x}" y="${planePlot.top - 8}">base ${numberText(base)}</text>`;
  const scale = levels.map((level, i) => {
    const y = row(levels.length - 1 - i);
    return `<rect x="${x}" y="${y}" width="20" height="20" fill="${bandColour(i)}"/><text x="${x + 28}" y="${y + 14}">from ${differenceText(level, base, step)}</text>`;
  });
  const names = marks.map((mark, i) => {
    const y = row(levels.length + 1 + i) + 6;
    return `${markSvg([x + 10, y], mark)}<text x="${x + 28}" y="${y + 4}">${escaped(mark.name)}</text>`;
  });
  return [head, ...scale, ...names].join('\n');
}

function bandsOf(levels: readonly number[]): Band[] {
  return levels.map((level, i) => ({level, colour: bandColour(i)}));
}

function bandColour(band: number): string {
  const [red, green, blue] = viridis(band / (bandCount - 1)).map((channel) => Math.round(channel));
  return `rgb(${red},${green},${blue})`;
}
