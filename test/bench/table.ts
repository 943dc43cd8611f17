import {toleranceOf, type Comparison} from './comparison.ts';
import {markdownTable} from './markdownTable.ts';

const columns = [
  'work',
  'threads',
  'engine',
  'numbers',
  'ours',
  'PyTorch',
  'time ratio',
  'processor time',
  'ratio',
  'memory',
  'PyTorch',
  'ratio',
  'same results',
  'f32 to this, time',
  'processor time',
];

/** The comparisons of one case as a Markdown table. */
export function formatTable(comparisons: readonly Comparison[]): string {
  return markdownTable(columns, comparisons.map(formatRow));
}

function formatRow({workload, ours, plain, torch, deviation}: Comparison): string[] {
  const speed = ({seconds}: {seconds: number}) =>
    workload.kind === 'update' ? `${format(seconds)} s` : `${format(workload.batch / seconds)} images/s`;
  return [
    workload.title,
    String(workload.threads),
    ours.engine ?? '',
    ours.variant,
    speed(ours),
    torch ? `${speed(torch)} (${torch.contestant.replace('PyTorch ', '')})` : 'not measured',
    torch ? `${(ours.seconds / torch.seconds).toFixed(2)}x` : '',
    `${format(ours.processor)} s`,
    torch ? `${(ours.processor / torch.processor).toFixed(2)}x` : '',
    formatBytes(ours.peak),
    torch ? formatBytes(torch.peak) : '',
    torch ? `${(ours.peak / torch.peak).toFixed(2)}x` : '',
    deviation === null ? '' : `${deviation <= toleranceOf(ours) ? 'yes' : 'NO'}, to ${deviation.toExponential(0)}`,
    plain ? `${(plain.seconds / ours.seconds).toFixed(2)}x` : '',
    plain ? `${(plain.processor / ours.processor).toFixed(2)}x` : '',
  ];
}

/** Three digits. */
function format(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function formatBytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
