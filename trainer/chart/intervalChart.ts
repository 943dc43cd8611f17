import {axisTicks, extent, paddedRange} from './axisRange.ts';
import {escaped, svgDocument, type SvgColours, type SvgFrame} from './svgDocument.ts';
import {tickText} from './tickText.ts';

/** A value with how far it may be off. */
export interface Interval {
  readonly label: string;
  readonly mean: number;
  /** Length of the whisker to each side; 0: none. */
  readonly error: number;
  readonly colour: string;
}

export interface IntervalChart extends Pick<SvgFrame, 'title' | 'dark'> {
  readonly xLabel: string;
  /** From top to bottom. */
  readonly rows: readonly Interval[];
  /** A value that all are compared with, marked by a line. */
  readonly compared?: number;
}

const width = 900;
const plot = {left: 300, top: 48, width: 570} as const;
const rowHeight = 26;

/** A dot with whiskers for each of several values, one below the other along a common axis, as a self-contained SVG document. */
export function intervalChart({title, dark, xLabel, rows, compared}: IntervalChart, colours: SvgColours): string {
  const ends = rows.flatMap(({mean, error}) => [mean - error, mean + error]);
  const {min, max} = paddedRange(extent([ends, compared === undefined ? [] : [compared]]) ?? [0, 1], false);
  const at = (value: number) => (plot.left + ((value - min) / (max - min)) * plot.width).toFixed(1);
  const bottom = plot.top + rows.length * rowHeight;
  const ink = escaped(colours.foreground);
  return svgDocument({title, dark, width, height: bottom + 52}, colours, [
    ...axisTicks(min, max, false).map(
      (tick) =>
        `<path d="M${at(tick)} ${plot.top}V${bottom}" stroke="${escaped(colours.grid)}"/><text x="${at(tick)}" y="${bottom + 18}" text-anchor="middle">${tickText(tick)}</text>`,
    ),
    ...(compared === undefined
      ? []
      : [`<path d="M${at(compared)} ${plot.top}V${bottom}" stroke="${ink}" stroke-dasharray="4 4"/>`]),
    ...rows.flatMap(({label, mean, error, colour}, row) => {
      const y = plot.top + (row + 0.5) * rowHeight;
      const whisker = `<path d="M${at(mean - error)} ${y - 5}v10M${at(mean - error)} ${y}H${at(mean + error)}M${at(mean + error)} ${y - 5}v10" fill="none" stroke="${escaped(colour)}" stroke-width="1.5"/>`;
      return [
        `<text x="${plot.left - 12}" y="${y + 4}" text-anchor="end">${escaped(label)}</text>`,
        ...(error > 0 ? [whisker] : []),
        `<circle cx="${at(mean)}" cy="${y}" r="4.5" fill="${escaped(colour)}"/>`,
      ];
    }),
    `<text x="${plot.left + plot.width / 2}" y="${bottom + 40}" text-anchor="middle">${escaped(xLabel)}</text>`,
  ]);
}
