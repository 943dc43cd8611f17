import type {BenchReport, BenchRow, EngineBench} from '../../contract/engine/engineBench.ts';

interface Line {
  readonly task: string;
  readonly engine: string;
  readonly row: BenchRow;
}

/** The measurements as a table, grouped by task, with notes on the faster filter gradient and on engines that were left out. */
export function benchLines({engines, skipped}: BenchReport): string[] {
  const lines: Line[] = engines.flatMap(({engine, rows}) =>
    rows.map((row) => ({task: row.task, engine: [engine.name, row.filterGradient].filter(Boolean).join(' '), row})),
  );
  const width = Math.max(4, ...lines.map(({task}) => task.length));
  const head = `${'task'.padEnd(width)}  ${'engine'.padEnd(18)} ${'ms'.padStart(9)} ${'GFLOP/s'.padStart(9)}`;
  const tasks = [...new Set(lines.map(({task}) => task))];
  const body = tasks.flatMap((task) =>
    lines
      .filter((line) => line.task === task)
      .map(({engine, row}, i) => `${(i === 0 ? task : '').padEnd(width)}  ${engine.padEnd(18)} ${figures(row)}`),
  );
  return [
    ...engines.map(({engine}) => engine.reason),
    ...skipped.map(({name, reason}) => `${name} is left out: ${reason}`),
    ...(lines.length > 0 ? ['', head, ...body] : []),
    ...engines.flatMap(advice),
  ];
}

function figures({milliseconds, gflop}: BenchRow): string {
  const rate = gflop === undefined ? '' : ((1000 * gflop) / milliseconds).toPrecision(3);
  return `${milliseconds.toFixed(2).padStart(9)} ${rate.padStart(9)}`.trimEnd();
}

/** Compares whole updates, since only their time matters. */
function advice({rows}: EngineBench): string[] {
  const updates = rows.filter(({gflop}) => gflop === undefined);
  const [builtIn, im2col] = (['built-in', 'im2col'] as const).map(
    (way) => updates.find(({filterGradient}) => filterGradient === way)?.milliseconds,
  );
  if (builtIn === undefined || im2col === undefined) return [];
  const gain = builtIn / im2col;
  const text =
    gain > 1
      ? `With \`engine: {filterGradient: im2col}\` webgpu makes ${gain.toFixed(2)} times as many updates in the same time here.`
      : 'The built-in filter gradient of webgpu is the faster one here: leave engine.filterGradient out.';
  return ['', text];
}
