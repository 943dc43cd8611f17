import {spawnSync} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {availableParallelism, loadavg, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {listRuns} from '../../../trainer/store/run/runFolder.ts';
import {readStageRecord} from '../../../trainer/store/run/stageRecord.ts';
import {markdownTable} from '../markdownTable.ts';
import {editorFigures, type EditorFigures} from './editorFigures.ts';
import {logFigures, type LogFigures} from './logFigures.ts';
import {manyRuns, writeManyRuns} from './manyRuns.ts';

/**
 * Entry of `npm run bench:runs`: an output folder with 500 runs, one of them with a log of 2.5 million events, and with folders that
 * cannot be read, as the command line and the editor meet it. Prints the figures beside their limits and ends with 1 where one is over.
 */
interface Figure {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: 'ms' | 'MB';
}

const root = fileURLToPath(new URL('../..', import.meta.url));

async function main(what: string | undefined, path: string): Promise<void> {
  if (what === 'editor') process.stdout.write(JSON.stringify(await editorFigures(path)));
  else if (what === 'log') process.stdout.write(JSON.stringify(await logFigures(path)));
  else report(await measure());
  process.exit();
}

async function measure(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'deme-runs-bench-'));
  const output = join(folder, 'runs');
  try {
    await writeManyRuns(output, manyRuns);
    const list = timeOfList(output);
    const search = await timeOfSearch(output);
    const editor = inOwnProcess('editor', output) as EditorFigures;
    const log = inOwnProcess('log', join(output, `digits-${manyRuns.runs}`)) as LogFigures;
    return [
      {what: '`deme runs`', value: list, limit: 2000, unit: 'ms'},
      {what: 'looking for results to take over', value: search, limit: 1000, unit: 'ms'},
      {what: 'tree, first run', value: editor.first, limit: 500, unit: 'ms'},
      {what: 'tree, all runs', value: editor.all, limit: 1000, unit: 'ms'},
      {what: 'tree, stages of all runs', value: editor.whole, limit: 2000, unit: 'ms'},
      {what: 'tree, longest stall', value: editor.stall, limit: 200, unit: 'ms'},
      {what: 'compare, snapshot', value: editor.compare, limit: 1000, unit: 'ms'},
      {what: 'compare, longest stall', value: editor.compareStall, limit: 200, unit: 'ms'},
      {what: 'editor, memory', value: editor.memory, limit: 250, unit: 'MB'},
      {what: 'long log, curves of the report', value: log.report, limit: 60_000, unit: 'ms'},
      {what: 'long log, peaks of the summary', value: log.summary, limit: 10_000, unit: 'ms'},
      {what: 'long log, metrics', value: log.metrics, limit: 120_000, unit: 'ms'},
      {what: 'long log, longest stall', value: log.stall, limit: 200, unit: 'ms'},
      {what: 'long log, memory', value: log.memory, limit: 250, unit: 'MB'},
    ];
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

function timeOfList(output: string): number {
  const begin = performance.now();
  const {status, stdout} = spawnSync(process.execPath, [join(root, 'dist', 'cli.js'), 'runs', '--output', output], {
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('digits-'));
  if (status !== 0 || lines.length < manyRuns.runs) throw new Error(`deme runs lists ${lines.length} runs: ${stdout}`);
  return performance.now() - begin;
}

/** What `deme run` does before it begins: all runs, and in each of them the stages that it may take over. */
async function timeOfSearch(output: string): Promise<number> {
  const begin = performance.now();
  for (const {path} of await listRuns(output, () => undefined)) await readStageRecord(path, 'expert-0');
  return performance.now() - begin;
}

function inOwnProcess(what: string, path: string): unknown {
  const {stdout, stderr} = spawnSync(process.execPath, [fileURLToPath(import.meta.url), what, path], {
    encoding: 'utf8',
  });
  process.stderr.write(stderr);
  return JSON.parse(stdout);
}

function report(figures: readonly Figure[]): void {
  const rows = figures.map(({what, value, limit, unit}) => {
    if (!(value < limit)) process.exitCode = 1;
    return [what, `${value.toFixed(0)} ${unit}`, `${limit} ${unit}`, value < limit ? 'yes' : 'NO'];
  });
  const machine = `${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(`${machine}\n${markdownTable(['figure', 'value', 'limit', 'under'], rows)}\n`);
}

await main(process.argv[2], process.argv[3] ?? '');
