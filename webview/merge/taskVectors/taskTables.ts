import {
  expertLabels,
  quantileShares,
  type TaskAnalysis,
  type TaskStatistics,
} from '../../../trainer/contract/run/measured/taskAnalysis.ts';
import {element, table} from '../../dom.ts';
import {countText} from '../../../trainer/chart/tickText.ts';
import {numberText, shareText} from '../../numberText.ts';

/** Strongest tint of a cell in percent; text must stay readable on it. */
const strongest = 30;

/** Summary of an analysis in a few sentences. */
export function taskSummary(analysis: TaskAnalysis): string {
  const {overall} = analysis;
  const labels = expertLabels(analysis);
  const sizes = overall.relativeNorms.map((size, i) => ({size: size ?? 0, label: labels[i] ?? ''}));
  const bySize = [...sizes].sort((a, b) => b.size - a.size);
  const [most, least] = [bySize[0], bySize.at(-1)];
  if (most === undefined || least === undefined) return '';
  if (sizes.length === 1) return `${most.label} has moved by ${shareText(most.size)} of the norm of the base.`;
  const moved = `${most.label} has moved farthest, by ${shareText(most.size)} of the norm of the base, ${least.label} least, by ${shareText(least.size)}.`;
  return [moved, ...pairSentence(overall, labels)].join(' ');
}

function pairSentence({cosines}: TaskStatistics, labels: readonly string[]): string[] {
  const pairs = cosines.flatMap((row, i) =>
    row.flatMap((cosine, j) => (cosine === null ? [] : [{cosine, names: `${labels[j]} and ${labels[i]}`}])),
  );
  const sorted = [...pairs].sort((a, b) => b.cosine - a.cosine);
  const [most, least] = [sorted[0], sorted.at(-1)];
  if (most === undefined || least === undefined) return [];
  const alike = `Most alike in direction are ${most.names} (cosine ${most.cosine.toFixed(3)})`;
  return [pairs.length === 1 ? `${alike}.` : `${alike}, least ${least.names} (${least.cosine.toFixed(3)}).`];
}

/** Norm of each expert's task vector, overall and in each part of the network. */
export function normTable(analysis: TaskAnalysis): HTMLElement {
  const {overall, groups, experts} = analysis;
  const head = ['Part', 'Elements', ...expertLabels(analysis)];
  const row = (name: string, {elements, norms, relativeNorms}: TaskStatistics) => [
    name,
    countText(elements),
    ...experts.map((_, i) => `${shareText(relativeNorms[i])} (${numberText(norms[i])})`),
  ];
  const rows = [row('whole network', overall), ...groups.map((group) => row(group.name, group))];
  return table('Norm of each task vector as a share of the norm of the base, and the norm itself', head, rows);
}

/** Cosine and sign agreement of each pair of experts, tinted by size. */
export function pairTables(analysis: TaskAnalysis, statistics: TaskStatistics): HTMLElement[] {
  const labels = expertLabels(analysis);
  if (labels.length < 2) return [];
  const head = ['Expert', ...labels.map((_, i) => `${i}`)];
  const rows = (triangle: TaskStatistics['cosines'], text: (value: number) => string, neutral: number) =>
    labels.map((label, i) => [label, ...labels.map((_, j) => pairCell(pairValue(triangle, i, j), text, neutral))]);
  return [
    table('Cosine of each pair of task vectors', head, rows(statistics.cosines, cosineText, 0)),
    table(
      'Share of elements that both experts change in the same direction (chance: 50 %)',
      head,
      rows(statistics.agreement, shareText, 0.5),
    ),
  ];
}

function pairValue(triangle: TaskStatistics['cosines'], i: number, j: number): number | null {
  return i === j ? null : (triangle[Math.max(i, j)]?.[Math.min(i, j)] ?? null);
}

/** Blue above and orange below the value that unrelated vectors would have. */
export function pairCell(value: number | null, text: (value: number) => string, neutral: number): HTMLElement {
  if (value === null) return element('span', {class: 'pair-cell'}, '–');
  const cell = element('span', {class: 'pair-cell'}, text(value));
  const share = Math.min(1, Math.abs(value - neutral) / (1 - neutral));
  const colour = `var(--vscode-charts-${value < neutral ? 'orange' : 'blue'}, transparent)`;
  cell.style.background = `color-mix(in srgb, ${colour} ${(strongest * share).toFixed(1)}%, transparent)`;
  return cell;
}

/** Three decimals, without a sign before 0.000. */
export function cosineText(value: number): string {
  return (Math.round(value * 1000) / 1000 + 0).toFixed(3);
}

/** The quantiles of the box plots. */
export function quantileTable(analysis: TaskAnalysis): HTMLElement {
  const labels = expertLabels(analysis);
  const head = [
    'Part',
    'Expert',
    ...quantileShares.map((share) => (share === 0 ? 'smallest' : share === 1 ? 'largest' : shareText(share))),
  ];
  const rows = analysis.groups.flatMap(({name, quantiles}) =>
    quantiles.map((values, i) => [name, labels[i], ...values.map(numberText)]),
  );
  return table('Elements of the task vectors by rank, rounded to 8 significant bits', head, rows);
}

/** The numbers of the chart by layer. */
export function layerTable(analysis: TaskAnalysis): HTMLElement {
  const head = ['Tensor', 'Elements', ...expertLabels(analysis)];
  const rows = analysis.tensors.map(({name, elements, relativeNorms}) => [
    name,
    countText(elements),
    ...relativeNorms.map(shareText),
  ]);
  return table('Norm of each task vector by tensor, as a share of the norm of the base', head, rows);
}
