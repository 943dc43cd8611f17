import {csvCell} from '../../csvCell.ts';
import {quantileShares, type TaskAnalysis, type TaskStatistics} from './taskAnalysis.ts';

/**
 * An analysis as a table for other programs, a line for each number: what it is of (`overall`, `group` or `tensor`, and its name), the
 * measure, the expert or the two experts, and the value; empty where there is none.
 */
export function taskAnalysisCsv({overall, groups, tensors}: TaskAnalysis): string {
  const lines = [
    'scope,name,measure,expert,other,value',
    ...rowsOf('overall', '', overall),
    ...groups.flatMap((group) => rowsOf('group', group.name, group)),
    ...tensors.flatMap((tensor) => rowsOf('tensor', tensor.name, tensor)),
  ];
  return `${lines.join('\n')}\n`;
}

function rowsOf(
  scope: string,
  name: string,
  statistics: TaskStatistics & {readonly quantiles?: readonly (readonly number[])[]},
): string[] {
  const {elements, baseNorm, norms, relativeNorms, cosines, agreement, quantiles = []} = statistics;
  const line = (measure: string, expert: number | '', other: number | '', value: number | null | undefined) =>
    [scope, csvCell(name), measure, expert, other, value ?? ''].join(',');
  const pairs = (measure: string, rows: readonly (readonly (number | null)[])[]) =>
    rows.flatMap((row, i) => row.map((value, j) => line(measure, i, j, value)));
  return [
    line('elements', '', '', elements),
    line('base_norm', '', '', baseNorm),
    ...norms.map((value, i) => line('norm', i, '', value)),
    ...relativeNorms.map((value, i) => line('relative_norm', i, '', value)),
    ...pairs('cosine', cosines),
    ...pairs('sign_agreement', agreement),
    ...quantiles.flatMap((row, i) => row.map((value, q) => line(`quantile_${quantileShares[q]}`, i, '', value))),
  ];
}
