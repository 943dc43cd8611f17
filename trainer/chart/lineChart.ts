import {chartDocument, type ChartAxis, legendTop, placeX, placeY, plot, xAxisSvg, yAxisSvg} from './chartAxes.ts';
import {escaped, type SvgColours, type SvgFrame, svgLegend} from './svgDocument.ts';
import {type Point, thinnedPoints} from './thinnedPoints.ts';

/** Points of a curve; one without a place in the chart, such as NaN, is a gap. */
export interface Curve {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface ChartedLine {
  readonly label: string;
  readonly colour: string;
  /** Lengths of dashes and gaps; empty: a solid line. */
  readonly dash: readonly number[];
  readonly curve: Curve;
  /** The values behind the curve, pale. */
  readonly raw: Curve;
  /** Points without neighbours. */
  readonly dots: Curve;
  /** Points that are marked by a ring. */
  readonly rings?: Curve;
}

export interface LineChart extends Pick<SvgFrame, 'title' | 'dark'> {
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly lines: readonly ChartedLine[];
}

/** Radius of a dot or ring. */
export const dotRadius = 2.5;

/** Curves over a common x axis as a self-contained SVG document with title, axes and legend. */
export function lineChart({title, dark, x, y, lines}: LineChart, colours: SvgColours): string {
  const path = (curve: Curve, {colour}: ChartedLine, more: string) =>
    `<path d="${pathData(curve, x, y)}" stroke="${escaped(colour)}"${more}/>`;
  const circles = ({x: xs, y: ys}: Curve, paint: string) =>
    Array.from(xs, (value, i) => {
      const [cx, cy] = [placeX(x, value), placeY(y, ys[i] ?? NaN)];
      return `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="${dotRadius}" ${paint}/>`;
    });
  const labels = lines.map(({label}) => label);
  return chartDocument({title, dark, entries: lines.length}, colours, [
    ...xAxisSvg(x, colours),
    ...yAxisSvg(y, colours),
    `<clipPath id="area"><rect x="${plot.left}" y="${plot.top}" width="${plot.width}" height="${plot.height}"/></clipPath>`,
    '<g clip-path="url(#area)" fill="none">',
    ...lines.map((line) => path(line.raw, line, ' opacity="0.3"')),
    ...lines.map((line) => path(line.curve, line, `${dashes(line)} stroke-width="2"`)),
    '</g>',
    ...lines.flatMap(({dots, rings, colour}) => [
      ...circles(dots, `fill="${escaped(colour)}"`),
      ...(rings ? circles(rings, `fill="none" stroke="${escaped(colour)}"`) : []),
    ]),
    ...svgLegend(labels, (i) => sampleSvg(lines[i]), legendTop),
  ]);
}

function sampleSvg(line: ChartedLine | undefined): string {
  return line ? `<path d="M0 0h32" stroke="${escaped(line.colour)}" stroke-width="2"${dashes(line)}/>` : '';
}

function dashes({dash}: ChartedLine): string {
  return dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
}

/** A path through the points without a gap between them, for each such part. */
function pathData({x: xs, y: ys}: Curve, xAxis: ChartAxis, yAxis: ChartAxis): string {
  const parts: Point[][] = [];
  let part: Point[] | null = null;
  for (let i = 0; i < xs.length; i++) {
    const [x, y] = [placeX(xAxis, xs[i] ?? NaN), placeY(yAxis, ys[i] ?? NaN)];
    if (!Number.isFinite(x) || !Number.isFinite(y)) part = null;
    else if (part === null) parts.push((part = [[x, y]]));
    else part.push([x, y]);
  }
  const drawn = parts.map((part) => thinnedPoints(part).map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`));
  return drawn.map((places) => `M${places.join('L')}`).join('');
}
