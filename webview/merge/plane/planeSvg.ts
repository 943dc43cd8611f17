import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {escaped} from '../../../trainer/chart/svgDocument.ts';
import {viridis} from '../../losses/viridis.ts';
import {numberText} from '../../numberText.ts';
import type {Theme} from '../../theme.ts';
import {contourArea, contourLevels, contourLine} from './planeContours.ts';
import type {PlaneMark} from './planeMarks.ts';

const size = {width: 640, height: 480} as const;
const bands = 12;
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
  const levels = contourLevels(plane.rows, bands);
  const {width, height} = size;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(theme.fontFamily)}" font-size="13" fill="${theme.foreground}">`,
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    `<text x="${planePlot.left}" y="26" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    contours(plane, levels),
    axes(plane, theme),
    ...marks.map((mark) => markSvg(planePlace(plane, mark.x, mark.y), mark)),
    legend(levels, marks),
    '</svg>',
    '',
  ].join('\n');
}

function contours({rows}: LossPlane, levels: readonly number[]): string {
  const cells = Math.max(1, rows.length - 1);
  const {left, top, side} = planePlot;
  const scale = side / cells;
  // Rows go up, SVG goes down. A thin stroke of the same colour closes the seams between triangles.
  const areas = levels.map((level, i) => {
    const colour = bandColour(i);
    return `<path d="${contourArea(rows, level)}" fill="${colour}" stroke="${colour}" stroke-width="0.03"/>`;
  });
  const lines = levels.slice(1).map((level) => `<path d="${contourLine(rows, level)}"/>`);
  return [
    `<g transform="translate(${left} ${top + side}) scale(${scale} ${-scale})">`,
    ...areas,
    `<g fill="none" stroke="#000000" stroke-opacity="0.35" stroke-width="0.03">${lines.join('')}</g>`,
    '</g>',
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

/** White with a black edge, to be visible on every colour. */
function markSvg([x, y]: readonly [number, number], {shape}: PlaneMark): string {
  const style = 'fill="#ffffff" stroke="#000000" stroke-width="1.5"';
  switch (shape) {
    case 'circle':
      return `<circle cx="${x}" cy="${y}" r="5" ${style}/>`;
    case 'square':
      return `<rect x="${x - 5}" y="${y - 5}" width="10" height="10" ${style}/>`;
    case 'diamond':
      return `<path d="M${x} ${y - 8}l8 8l-8 8l-8 -8Z" ${style}/>`;
    case 'cross': {
      const d = `M${x - 6} ${y - 6}l12 12m0 -12l-12 12`;
      return `<path d="${d}" stroke="#000000" stroke-width="5"/><path d="${d}" stroke="#ffffff" stroke-width="2.5"/>`;
    }
  }
}

function legend(levels: readonly number[], marks: readonly PlaneMark[]): string {
  const x = planePlot.left + planePlot.side + 24;
  const row = (i: number) => planePlot.top + i * 20;
  const scale = levels.map((level, i) => {
    const y = row(levels.length - 1 - i);
    return `<rect x="${x}" y="${y}" width="20" height="20" fill="${bandColour(i)}"/><text x="${x + 28}" y="${y + 14}">from ${numberText(level)}</text>`;
  });
  const names = marks.map((mark, i) => {
    const y = row(levels.length + 1 + i) + 6;
    return `${markSvg([x + 10, y], mark)}<text x="${x + 28}" y="${y + 4}">${escaped(mark.name)}</text>`;
  });
  return [...scale, ...names].join('\n');
}

function bandColour(band: number): string {
  const [red, green, blue] = viridis(band / (bands - 1)).map((channel) => Math.round(channel));
  return `rgb(${red},${green},${blue})`;
}
