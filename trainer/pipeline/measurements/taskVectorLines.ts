import {expertLabels, type TaskAnalysis, type TaskStatistics} from '../../contract/run/measured/taskAnalysis.ts';

const labelWidth = 24;
const cellWidth = 10;

/** An analysis as terminal output: norms and cosines overall, and norms in each part of the network. */
export function taskVectorLines(analysis: TaskAnalysis): string[] {
  const {base, experts, overall, groups, warnings} = analysis;
  const labels = expertLabels(analysis);
  const short = labels.map((_, i) => `${i}`);
  const shares = groups.map((group) => row(`  ${group.name}`, group.relativeNorms.map(percentText)));
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    `Task vectors relative to ${base.name}, ${overall.elements.toLocaleString('en-US')} elements:`,
    row('', ['|task|', '|task|/|base|']),
    ...labels.map((label, i) =>
      row(`  ${label}`, [
        norm(overall.norms[i]),
        percentText(overall.relativeNorms[i] ?? null),
        `  ${experts[i]?.name}`,
      ]),
    ),
    ...pairLines('Cosines:', short, overall.cosines, (value) => value.toFixed(4)),
    ...pairLines('Same sign:', short, overall.agreement, percentText),
    row('Relative norm of expert', short),
    ...shares,
  ];
}

function pairLines(
  title: string,
  labels: readonly string[],
  rows: TaskStatistics['cosines'],
  text: (value: number) => string,
): string[] {
  if (labels.length < 2) return [];
  const lines = rows.slice(1).map((values, i) => {
    const cells = values.map((value) => (value === null ? '-' : text(value)));
    return row(`  ${labels[i + 1]}`, cells);
  });
  return [row(title, labels.slice(0, -1)), ...lines];
}

function row(label: string, cells: readonly string[]): string {
  return (label.padEnd(labelWidth) + cells.map((cell) => cell.padStart(cellWidth)).join(' ')).trimEnd();
}

function norm(value: number | undefined): string {
  return (value ?? NaN).toPrecision(4);
}

function percentText(share: number | null): string {
  return share === null ? '-' : `${(100 * share).toPrecision(3)} %`;
}
