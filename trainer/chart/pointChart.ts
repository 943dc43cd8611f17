import {axisTicks, extent, paddedRange} from './axisRange.ts';
import {escaped, svgDocument, type SvgColours, type SvgFrame} from './svgDocument.ts';
import {tickText} from './tickText.ts';

export interface PointSeries {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PointChart extends Pick<SvgFrame, 'title' | 'dark'> {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly PointSeries[];
}

/** Small enough to be read on a narrow page. */
const width = 420;
const plot = {left: 64, top: 44, width: 340, height: 220} as const;
const plotBottom = plot.top + plot.height;
const legend = {top: plotBottom + 56, columns: 3, line: 20} as const;
/** Half the height of a mark. */
const mark = 5;

/** A small chart of a few points of each series, joined in their order, as a self-contained SVG document. Series differ by shape as well as by colour. */
export function pointChart({title, dark, xLabel, yLabel, series}: PointChart, colours: SvgColours): string {
  const along = (axis: 0 | 1) => {
    const range = extent([series.flatMap(({points}) => points.map((point) => point[axis]))]) ?? [0, 1];
    return paddedRange(range, false);
  };
  const [x, y] = [along(0), along(1)];
  const place = ([a, b]: readonly [number, number]) =>
    [
      plot.left + ((a - x.min) / (x.max - x.min)) * plot.width,
      plotBottom - ((b - y.min) / (y.max - y.min)) * plot.height,
    ] as const;
  const grid = escaped(colours.grid);
  const height = legend.top + Math.ceil(series.length / legend.columns) * legend.line;
  const middle = plot.top + plot.height / 2;
  return svgDocument({title, dark, width, height}, colours, [
    ...axisTicks(x.min, x.max, false, 4).map((tick) => {
      const at = place([tick, y.min])[0].toFixed(1);
      return `<path d="M${at} ${plot.top}V${plotBottom}" stroke="${grid}"/><text x="${at}" y="${plotBottom + 18}" text-anchor="middle">${tickText(tick)}</text>`;
    }),
    ...axisTicks(y.min, y.max, false, 5).map((tick) => {
      const at = place([x.min, tick])[1];
      return `<path d="M${plot.left} ${at.toFixed(1)}h${plot.width}" stroke="${grid}"/><text x="${plot.left - 6}" y="${(at + 4).toFixed(1)}" text-anchor="end">${tickText(tick)}</text>`;
    }),
    `<text x="${plot.left + plot.width / 2}" y="${plotBottom + 36}" text-anchor="middle">${escaped(xLabel)}</text>`,
    `<text transform="translate(14 ${middle}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    ...series.flatMap(({colour, points}, i) => {
      const places = points.map(place);
      const line = places.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
      const joined = `<path d="${line}" fill="none" stroke="${escaped(colour)}" stroke-width="1.5"/>`;
      return [...(places.length > 1 ? [joined] : []), ...places.map((at) => markSvg(i, at, colour))];
    }),
    ...series.map(({name, colour}, i) => {
      const left = plot.left + (i % legend.columns) * (plot.width / legend.columns);
      const top = legend.top + Math.floor(i / legend.columns) * legend.line;
      return `${markSvg(i, [left, top - 4], colour)}<text x="${left + 12}" y="${top}">${escaped(name)}</text>`;
    }),
  ]);
}

const shapes = [
  `m-${mark} 0a${mark} ${mark} 0 1 0 ${2 * mark} 0a${mark} ${mark} 0 1 0-${2 * mark} 0z`,
  `m-${mark}-${mark}h${2 * mark}v${2 * mark}h-${2 * mark}z`,
  `m0-${mark}l${mark} ${2 * mark}h-${2 * mark}z`,
  `m0-${mark}l${mark} ${mark}l-${mark} ${mark}l-${mark}-${mark}z`,
];

function markSvg(index: number, [x, y]: readonly [number, number], colour: string): string {
  return `<path d="M${x.toFixed(1)} ${y.toFixed(1)}${shapes[index % shapes.length] ?? ''}" fill="${escaped(colour)}"/>`;
}
