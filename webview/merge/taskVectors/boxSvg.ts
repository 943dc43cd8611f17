import {escaped, legendHeight, svgDocument, svgLegend, tickLine} from '../../../trainer/chart/svgDocument.ts';
import {expertLabels, quantileShares, type TaskAnalysis} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {axisTicks, extent, paddedRange} from '../../../trainer/chart/axisRange.ts';
import {seriesStyle} from '../../charts/seriesStyle.ts';
import {tickText} from '../../../trainer/chart/tickText.ts';
import type {Theme} from '../../theme.ts';

export const boxTitle = 'Elements of the task vectors';

const plot = {left: 80, top: 60, width: 800, height: 300} as const;
const below = 52;

/** Quantiles 1, 25, 50, 75 and 99 %, and the two elements that lie farthest out. */
interface Box {
  readonly quantiles: readonly [low: number, lower: number, median: number, upper: number, high: number];
  readonly ends: readonly [smallest: number, largest: number];
}

/** Box plots of the elements of each expert's task vector, grouped by part of the network. */
export function boxSvg(analysis: TaskAnalysis, theme: Theme): string {
  const boxes = analysis.groups.map(({quantiles}) => quantiles.map(boxOf));
  const {min, max} = paddedRange(extent(boxes.flat().map(({ends}) => ends)) ?? [-1, 1], false);
  const y = (value: number) => plot.top + (1 - (value - min) / (max - min)) * plot.height;
  const labels = expertLabels(analysis);
  const bottom = plot.top + plot.height;
  const style = (expert: number) => seriesStyle(expert, theme.series).colour;
  const sample = (expert: number) => `<rect x="0" y="-7" width="32" height="14" fill="${escaped(style(expert))}"/>`;
  const frame = {title: boxTitle, width: 900, height: bottom + below + legendHeight(labels.length)};
  return svgDocument(frame, theme, [
    ...axisTicks(min, max, false).map((tick) => tickLine(tickText(tick), y(tick), plot, theme)),
    ...boxes.flatMap((own, group) =>
      groupSvg(own, analysis.groups[group]?.name ?? '', group / boxes.length, 1 / boxes.length, y, style),
    ),
    ...svgLegend(labels, sample, bottom + below),
  ]);
}

function boxOf(values: readonly number[]): Box {
  const at = (share: (typeof quantileShares)[number]) => values[quantileShares.indexOf(share)] ?? 0;
  return {quantiles: [at(0.01), at(0.25), at(0.5), at(0.75), at(0.99)], ends: [at(0), at(1)]};
}

/** The boxes of one part of the network, with the number of the expert below each. `start` and `share` are shares of the plot's width. */
function groupSvg(
  boxes: readonly Box[],
  name: string,
  start: number,
  share: number,
  y: (value: number) => number,
  style: (expert: number) => string,
): string[] {
  const step = (share * plot.width) / (boxes.length + 1);
  const left = plot.left + start * plot.width + step / 2;
  const bottom = plot.top + plot.height;
  const middle = left + (boxes.length * step) / 2;
  return [
    ...boxes.map((box, expert) =>
      boxPath(box, left + (expert + 0.5) * step, Math.min(step * 0.7, 28), y, style(expert)),
    ),
    ...boxes.map(
      (_, expert) =>
        `<text x="${(left + (expert + 0.5) * step).toFixed(1)}" y="${bottom + 16}" font-size="10" text-anchor="middle">${expert}</text>`,
    ),
    `<text x="${middle.toFixed(1)}" y="${bottom + 34}" text-anchor="middle">${escaped(name)}</text>`,
  ];
}

function boxPath(
  {quantiles: [low, lower, median, upper, high], ends}: Box,
  x: number,
  width: number,
  y: (value: number) => number,
  colour: string,
): string {
  const [left, right] = [(x - width / 2).toFixed(1), (x + width / 2).toFixed(1)];
  const at = (value: number) => y(value).toFixed(1);
  const ink = escaped(colour);
  return [
    `<path d="M${x.toFixed(1)} ${at(low)}V${at(lower)}M${x.toFixed(1)} ${at(upper)}V${at(high)}M${left} ${at(low)}H${right}M${left} ${at(high)}H${right}" stroke="${ink}"/>`,
    `<rect x="${left}" y="${at(upper)}" width="${width.toFixed(1)}" height="${Math.max(0.5, y(lower) - y(upper)).toFixed(1)}" fill="${ink}" fill-opacity="0.35" stroke="${ink}"/>`,
    `<path d="M${left} ${at(median)}H${right}" stroke="${ink}" stroke-width="2"/>`,
    ...ends
      .filter((end) => end < low || end > high)
      .map((end) => `<circle cx="${x.toFixed(1)}" cy="${at(end)}" r="2.5" fill="none" stroke="${ink}"/>`),
  ].join('');
}
