import {contourArea, contourLine} from './planeContours.ts';

/** What lies at or above a level, up to the next one. */
export interface Band {
  readonly level: number;
  /** A colour of SVG. */
  readonly colour: string;
}

/** In pixels. */
const lineWidth = 0.57;

/** The square of a plot in a picture. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Filled contours of a grid of values, with lines between the bands, as a group of an SVG document. Bands rise from the lowest. */
export function filledContours(
  rows: readonly (readonly (number | null)[])[],
  bands: readonly Band[],
  {left, top, side}: Plot,
): string {
  const cells = Math.max(1, rows.length - 1);
  const scale = side / cells;
  const width = (lineWidth / scale).toFixed(4);
  // Rows go up, SVG goes down. A thin stroke of the same colour closes the seams between triangles.
  const areas = bands.map(
    ({level, colour}) =>
      `<path d="${contourArea(rows, level)}" fill="${colour}" stroke="${colour}" stroke-width="${width}"/>`,
  );
  const lines = bands.slice(1).map(({level}) => `<path d="${contourLine(rows, level)}"/>`);
  return [
    `<g transform="translate(${left} ${top + side}) scale(${scale} ${-scale})">`,
    ...areas,
    `<g fill="none" stroke="#000000" stroke-opacity="0.35" stroke-width="${width}">${lines.join('')}</g>`,
    '</g>',
  ].join('\n');
}
