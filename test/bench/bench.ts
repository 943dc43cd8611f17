import {execFile} from 'node:child_process';
import {rmSync} from 'node:fs';
import {mkdir, mkdtemp} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {UserError} from '../../trainer/contract/errors.ts';
import {packageRoot} from '../../trainer/packageRoot.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {readModelFolder, type ModelFolder} from '../../trainer/store/weights/modelFolder.ts';
import {benchOptions, type BenchOptions} from './benchOptions.ts';
import {writeBenchReport, type BenchEntry} from './benchReport.ts';
import {busyCores} from './measure/busyCores.ts';
import {cases, type Workload} from './cases.ts';
import {compare, toleranceOf, type Comparison} from './comparison.ts';
import {ourContestants, torchContestants, type Contestant} from './contestants.ts';
import {isMeasurement, measureWorkload, type Failure} from './measure/measureWorkload.ts';
import {processorName} from './measure/processorName.ts';
import {formatTable} from './table.ts';
import {installTorch} from './torchPython.ts';

/** `npm run bench`: the same work in our trainer and in PyTorch, in turn, on this machine. Exit code 1 where something failed or differs. */
async function bench(options: BenchOptions): Promise<number> {
  const busy = await busyCores();
  say(`Processor: ${await processorName()}.`);
  if (busy > 0.2) say(`Other programs keep ${busy.toFixed(1)} cores busy: the figures below say little.`);
  if (options.installTorch) await installTorch();
  const [ours, torch] = [await ourContestants(), await torchContestants()];
  for (const note of [...ours.notes, ...torch.notes]) say(note);
  const contestants = [...ours.contestants, ...torch.contestants];
  const entries: BenchEntry[] = [];
  const comparisons: Comparison[] = [];
  await withTemporaryFolder(async (folder) => {
    for (const name of options.cases) {
      const measured = await measureCase(name, options, contestants, folder);
      if (measured.length === 0) continue;
      entries.push(...measured);
      const compared = measured.flatMap(({workload, outcomes}) => compare(workload, outcomes));
      comparisons.push(...compared);
      const models = [...new Set(measured.map(({workload}) => workload.model))].join(', ');
      process.stdout.write(`\n${name}: ${models}; ${await processorName()}\n\n${formatTable(compared)}\n\n`);
      await writeBenchReport(options.output, {rounds: options.rounds, busyCores: busy}, entries);
    }
  });
  if (entries.length > 0) say(`Written to ${options.output}.`);
  return verdict(entries, comparisons);
}

async function measureCase(
  name: string,
  {rounds, engines, threads}: BenchOptions,
  contestants: readonly Contestant[],
  folder: string,
): Promise<BenchEntry[]> {
  const entries: BenchEntry[] = [];
  for (const workload of cases[name] ?? []) {
    if (threads !== null && workload.threads !== threads) continue;
    say(`${name}: ${workload.title}, ${workload.threads} threads, ${rounds} rounds`);
    const wanted = contestants.filter(
      ({engine}) => engine === null || (workload.engines.includes(engine) && (engines?.includes(engine) ?? true)),
    );
    if (!wanted.some(({engine}) => engine !== null)) {
      say('  skipped: none of its engines is installed or asked for');
      continue;
    }
    const model = await readyModel(workload.model, folder);
    entries.push({case: name, workload, outcomes: await measureWorkload(workload, wanted, model, folder, rounds)});
  }
  return entries;
}

/** The bundled model, or one with random weights, which is made when it is needed for the first time. */
async function readyModel(name: Workload['model'], folder: string): Promise<ModelFolder> {
  if (name === 'digits') return readModelFolder(join(packageRoot(), 'media', 'digits', 'base'));
  const path = join(folder, name);
  if (!(await fileExists(path))) {
    const maker = fileURLToPath(new URL('makeModel.js', import.meta.url));
    await promisify(execFile)(process.execPath, [maker, path, name]);
  }
  return readModelFolder(path);
}

async function withTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const parent = join(packageRoot(), 'dist', 'bench');
  await mkdir(parent, {recursive: true});
  const folder = await mkdtemp(join(parent, 'files-'));
  const remove = () => rmSync(folder, {recursive: true, force: true});
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (remove(), process.exit(130)));
  try {
    await work(folder);
  } finally {
    remove();
  }
}

/** 1 where a contestant gave up or the two sides did not compute the same. */
function verdict(entries: readonly BenchEntry[], comparisons: readonly Comparison[]): number {
  const failures = entries.flatMap(({workload, outcomes}) =>
    outcomes
      .filter((outcome): outcome is Failure => !isMeasurement(outcome))
      .map(({contestant, error}) => `${contestant}, ${workload.title}: ${error}`),
  );
  const different = comparisons
    .filter(({deviation, ours}) => deviation !== null && !(deviation <= toleranceOf(ours)))
    .map(
      ({ours, workload}) =>
        `${ours.contestant} in ${ours.variant}, ${workload.title}: the results differ from PyTorch's by more than ${toleranceOf(ours)}`,
    );
  for (const problem of [...failures, ...different]) say(problem);
  return failures.length + different.length > 0 ? 1 : 0;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  process.exitCode = await bench(benchOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  say(error.line);
  process.exitCode = 2;
}
