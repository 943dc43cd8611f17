import {escaped} from '../charts/chartSvg.ts';
import type {Theme} from '../theme.ts';

export interface SvgFrame {
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

/** A self-contained SVG document with a title, in the colours of a theme. */
export function svgDocument({title, width, height}: SvgFrame, theme: Theme, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(theme.fontFamily)}" font-size="13" fill="${escaped(theme.foreground)}">`,
    `<rect width="100%" height="100%" fill="${escaped(theme.background)}"/>`,
    `<text x="80" y="28" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Labels with samples in three columns, starting at (80, `top`). */
export function svgLegend(labels: readonly string[], sample: (index: number) => string, top: number): string[] {
  return labels.map((label, i) => {
    const [x, y] = [80 + (i % 3) * 270, top + Math.floor(i / 3) * 20];
    return `<g transform="translate(${x} ${y})">${sample(i)}<text x="40" y="4">${escaped(label)}</text></g>`;
  });
}

/** Height of `svgLegend`. */
export function legendHeight(count: number): number {
  return Math.ceil(count / 3) * 20;
}
