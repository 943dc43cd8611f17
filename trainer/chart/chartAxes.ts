import {axisTicks} from './axisRange.ts';
import {escaped, legendHeight, svgDocument, tickLine, type SvgColours, type SvgFrame} from './svgDocument.ts';
import {tickText} from './tickText.ts';

export interface ChartAxis {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly logarithmic?: boolean;
  /** Left out: round numbers. */
  readonly ticks?: readonly number[];
  /** Text of a tick; left out: the number. */
  tickText?(tick: number): string;
}

const size = {width: 900, height: 520} as const;
const margin = {left: 80, right: 20, top: 46, bottom: 52} as const;

/** Where the data of a chart is drawn. */
export const plot = {
  left: margin.left,
  top: margin.top,
  width: size.width - margin.left - margin.right,
  height: size.height - margin.top - margin.bottom,
} as const;
export const plotBottom = plot.top + plot.height;
/** Where the legend below a chart begins. */
export const legendTop = size.height;

/** Where a value lies in the picture; not a finite number where it has no place. */
export function placeX(axis: ChartAxis, value: number): number {
  return plot.left + share(axis, value) * plot.width;
}

export function placeY(axis: ChartAxis, value: number): number {
  return plot.top + (1 - share(axis, value)) * plot.height;
}

/** A chart with title, axis and room for a legend of `entries`. */
export function chartDocument(
  {title, dark, entries}: Pick<SvgFrame, 'title' | 'dark'> & {readonly entries: number},
  colours: SvgColours,
  parts: readonly string[],
): string {
  const height = size.height + legendHeight(entries) + 10;
  return svgDocument({title, dark, width: size.width, height}, colours, parts);
}

/** Lines and labels at the ticks of an axis along the bottom. */
export function xAxisSvg(axis: ChartAxis, {grid}: SvgColours): string[] {
  const ticks = ticksOf(axis).map(({value, text}) => {
    const x = placeX(axis, value).toFixed(1);
    return `<path d="M${x} ${plot.top}V${plotBottom}" stroke="${escaped(grid)}"/>${xTickSvg(x, text)}`;
  });
  return [...ticks, xLabelSvg(axis.label)];
}

export function xTickSvg(x: string, text: string): string {
  return `<text x="${x}" y="${plotBottom + 18}" text-anchor="middle">${escaped(text)}</text>`;
}

export function xLabelSvg(label: string): string {
  return `<text x="${plot.left + plot.width / 2}" y="${plotBottom + 40}" text-anchor="middle">${escaped(label)}</text>`;
}

/** The same for an axis along the left side. */
export function yAxisSvg(axis: ChartAxis, colours: SvgColours): string[] {
  const ticks = ticksOf(axis).map(({value, text}) => tickLine(text, placeY(axis, value), plot, colours));
  if (axis.label === '') return ticks;
  const middle = plot.top + plot.height / 2;
  return [
    ...ticks,
    `<text transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">${escaped(axis.label)}</text>`,
  ];
}

function ticksOf(axis: ChartAxis): {value: number; text: string}[] {
  const ticks = axis.ticks ?? axisTicks(axis.min, axis.max, axis.logarithmic ?? false);
  return ticks.map((value) => ({value, text: axis.tickText?.(value) ?? tickText(value)}));
}

function share({min, max, logarithmic}: ChartAxis, value: number): number {
  return logarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
}
