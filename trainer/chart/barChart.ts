import {extent, paddedRange} from './axisRange.ts';
import {
  chartDocument,
  type ChartAxis,
  legendTop,
  placeY,
  plot,
  plotBottom,
  xLabelSvg,
  xTickSvg,
  yAxisSvg,
} from './chartAxes.ts';
import {escaped, type SvgColours, type SvgFrame, svgLegend} from './svgDocument.ts';

export interface Bar {
  readonly value: number;
  /** Length of the error bar to each side. */
  readonly error: number;
}

export interface BarSeries {
  readonly name: string;
  readonly colour: string;
  /** One for each group; one that is not finite leaves a gap. */
  readonly bars: readonly Bar[];
}

export interface BarChart extends Pick<SvgFrame, 'title' | 'dark'> {
  readonly xLabel: string;
  readonly yLabel: string;
  /** Names of the groups, below them. */
  readonly groups: readonly string[];
  readonly series: readonly BarSeries[];
}

/** Bars from zero in groups, one of each series in a group, with error bars, as a self-contained SVG document. */
export function barChart({title, dark, xLabel, yLabel, groups, series}: BarChart, colours: SvgColours): string {
  const y: ChartAxis = {label: yLabel, ...yRange(series)};
  const groupWidth = plot.width / groups.length;
  const width = (groupWidth * 0.75) / series.length;
  const zero = placeY(y, 0);
  const labels = series.map(({name}) => name);
  return chartDocument({title, dark, entries: series.length}, colours, [
    ...yAxisSvg(y, colours),
    ...groups.flatMap((group, g) => {
      const left = plot.left + g * groupWidth;
      const bars = series.map(({bars, colour}, i) =>
        barSvg(bars[g], y, {left: left + groupWidth / 8 + i * width, width, colour}, colours),
      );
      const edge = `<path d="M${left.toFixed(1)} ${plot.top}V${plotBottom}" stroke="${escaped(colours.grid)}"/>`;
      return [...(g > 0 ? [edge] : []), xTickSvg((left + groupWidth / 2).toFixed(1), group), ...bars];
    }),
    `<path d="M${plot.left} ${zero.toFixed(1)}h${plot.width}" stroke="${escaped(colours.foreground)}"/>`,
    xLabelSvg(xLabel),
    ...svgLegend(
      labels,
      (i) => `<rect y="-5" width="32" height="10" fill="${escaped(series[i]?.colour ?? '')}"/>`,
      legendTop,
    ),
  ]);
}

/** Zero, all bars and all their error bars. */
function yRange(series: readonly BarSeries[]) {
  const ends = series.flatMap(({bars}) => bars.flatMap(({value, error}) => [value - error, value + error]));
  return paddedRange(extent([[0, ...ends.filter(Number.isFinite)]]) ?? [0, 1], false);
}

function barSvg(
  bar: Bar | undefined,
  y: ChartAxis,
  {left, width, colour}: {readonly left: number; readonly width: number; readonly colour: string},
  {foreground}: SvgColours,
): string {
  if (bar === undefined || !Number.isFinite(bar.value)) return '';
  const [end, zero] = [placeY(y, bar.value), placeY(y, 0)];
  const shape = `<rect x="${(left + width * 0.05).toFixed(1)}" y="${Math.min(end, zero).toFixed(1)}" width="${(width * 0.9).toFixed(1)}" height="${Math.abs(end - zero).toFixed(1)}" fill="${escaped(colour)}"/>`;
  if (!(bar.error > 0) || !Number.isFinite(bar.error)) return shape;
  const [low, high] = [placeY(y, bar.value - bar.error), placeY(y, bar.value + bar.error)];
  const [middle, cap] = [left + width / 2, Math.min(7, width / 3)];
  const caps = [high, low].map((at) => `M${(middle - cap).toFixed(1)} ${at.toFixed(1)}h${(2 * cap).toFixed(1)}`);
  return `${shape}<path d="M${middle.toFixed(1)} ${high.toFixed(1)}V${low.toFixed(1)}${caps.join('')}" fill="none" stroke="${escaped(foreground)}"/>`;
}
