import type {TargetResult} from './watch.ts';

/** The results as a table, and below it each failure with the command that repeats it. */
export function formatResults(results: readonly TargetResult[], seed: number): string {
  const head = ['target', 'inputs', 'accepted', 'refused', 'slowest', 'memory', 'failures'];
  const all = {...total(results), target: 'all'};
  const rows = [head, ...[...results, all].map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))),
  );
  const failures = results.flatMap(({target, failures: list}) =>
    list.map(
      ({index, kind, message}) =>
        `${target} ${index}: ${kind}: ${message}\n  npm run test:fuzz -- --target ${target} --seed ${seed} --from ${index} --count 1`,
    ),
  );
  return [...lines.map((line) => line.join('  ').trimEnd()), ...failures].join('\n');
}

function cells({target, inputs, accepted, refused, slowest, memory, failures}: TargetResult): string[] {
  return [
    target,
    inputs,
    accepted,
    refused,
    `${slowest.toFixed(2)} s`,
    `${Math.round(memory)} MB`,
    failures.length,
  ].map(String);
}

function total(results: readonly TargetResult[]): TargetResult {
  const sum = (of: (result: TargetResult) => number) => results.reduce((all, result) => all + of(result), 0);
  return {
    target: '',
    inputs: sum(({inputs}) => inputs),
    accepted: sum(({accepted}) => accepted),
    refused: sum(({refused}) => refused),
    slowest: Math.max(...results.map(({slowest}) => slowest)),
    memory: Math.max(...results.map(({memory}) => memory)),
    failures: results.flatMap(({failures}) => failures),
  };
}
