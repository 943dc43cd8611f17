import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {escaped} from '../../../trainer/chart/svgDocument.ts';
import type {Theme} from '../../theme.ts';
import {baseLoss, differenceText} from './lossDifference.ts';

const size = {width: 640, height: 220} as const;
const plot = {left: 80, top: 44, width: 520, height: 116} as const;

/** The loss along the line from the base through the merge and beyond, against that of the base, as a self-contained SVG document. */
export function planeLineSvg(title: string, plane: LossPlane, theme: Theme): string {
  const {scales, losses} = plane.line;
  const known = losses.filter((loss) => loss !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const tick = (loss: number) => differenceText(loss, baseLoss(plane), (high - low) / 10);
  const last = scales.at(-1) ?? 1;
  const x = (scale: number) => plot.left + (scale / last) * plot.width;
  const y = (loss: number) => plot.top + (1 - (loss - low) / (high - low || 1)) * plot.height;
  const bottom = plot.top + plot.height;
  const points = scales.flatMap((scale, i) => {
    const loss = losses[i] ?? null;
    return loss === null ? [] : [[x(scale), y(loss)] as const];
  });
  const dots = points.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="3"/>`);
  const named = [
    [0, 'base'],
    [1, 'the weights'],
  ] as const;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${escaped(theme.fontFamily)}" font-size="13" fill="${theme.foreground}">`,
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    `<text x="${plot.left}" y="26" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    ...named.map(
      ([scale, name]) =>
        `<path d="M${x(scale)} ${plot.top}V${bottom}" stroke="${theme.grid}"/><text x="${x(scale)}" y="${bottom + 18}" text-anchor="middle">${name}</text>`,
    ),
    `<path d="M${plot.left} ${plot.top}V${bottom}H${plot.left + plot.width}" fill="none" stroke="${theme.grid}"/>`,
    `<text x="${plot.left - 8}" y="${plot.top + 4}" text-anchor="end">${tick(high)}</text>`,
    `<text x="${plot.left - 8}" y="${bottom + 4}" text-anchor="end">${tick(low)}</text>`,
    `<text x="${plot.left + plot.width}" y="${bottom + 18}" text-anchor="end">${last} x the weights</text>`,
    `<polyline points="${points.map((point) => point.join(',')).join(' ')}" fill="none" stroke="${theme.series[0] ?? theme.foreground}" stroke-width="2"/>`,
    `<g fill="${theme.series[0] ?? theme.foreground}">${dots.join('')}</g>`,
    '</svg>',
    '',
  ].join('\n');
}
