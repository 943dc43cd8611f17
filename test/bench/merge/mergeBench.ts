import {rmSync} from 'node:fs';
import {mkdir, mkdtemp} from 'node:fs/promises';
import {totalmem} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {elementCount} from '../../../trainer/store/weights/tensorReader.ts';
import {busyCores} from '../measure/busyCores.ts';
import {median} from '../median.ts';
import {largestUlps} from './largestUlps.ts';
import {mergeContestants, type MergeContestant} from './mergeContestants.ts';
import {mergeModels, writeModels, type MergeModel} from './mergeModels.ts';
import {mergeTable, type MergeRow} from './mergeTable.ts';
import type {MergeTask, MergeTiming} from './mergeTask.ts';

/** The weights that the authors published. */
const weights = [0.1, 0.1, 0.2, 0.5];

/**
 * `npm run bench:merge -- [church] [sd] [--rounds 3]`: load, merge, save and flush, ours and PyTorch's in turn, files in the page cache.
 * Without a size, church. Exit code 1 where the results differ by more than one unit in the last place.
 */
async function bench(sizes: readonly string[], rounds: number): Promise<number> {
  const busy = await busyCores();
  if (busy > 0.2) say(`Other programs keep ${busy.toFixed(1)} cores busy: the figures below say little.`);
  let differs = false;
  for (const size of sizes) {
    const model = Object.entries(mergeModels).find(([name]) => name === size)?.[1];
    if (model === undefined)
      throw new Error(`there is no size ${size}, only ${Object.keys(mergeModels).join(' and ')}`);
    const {rows, ulps} = await inTemporaryFolder((folder) => measure(model, folder, rounds));
    say(`\n${model.title}, base + ${weights.length} experts, median of ${rounds} rounds\n\n${mergeTable(rows)}\n`);
    say(
      `Largest difference to PyTorch's task vectors: ${ulps === null ? 'not measured' : `${ulps} units in the last place`}.`,
    );
    await writeJsonAtomic(join(packageRoot(), 'dist', `bench-merge-${size}.json`), {busyCores: busy, ulps, rows});
    differs ||= (ulps ?? 0) > 1;
  }
  return differs ? 1 : 0;
}

async function measure(
  model: MergeModel,
  folder: string,
  rounds: number,
): Promise<{rows: MergeRow[]; ulps: number | null}> {
  say(`Writing ${model.title}.`);
  const [base = '', ...experts] = await writeModels(model, folder, weights.length);
  const contestants = (await mergeContestants(folder)).filter(({name, copies = 0}) => {
    const fits = copies * 4 * size(model) < totalmem();
    if (!fits) say(`Without ${name}: this machine has no memory for ${copies} models.`);
    return fits;
  });
  const timings = new Map<MergeContestant, MergeTiming[]>(contestants.map((contestant) => [contestant, []]));
  const out = (i: number) => join(folder, `merged-${i}.${contestants[i]?.extension ?? ''}`);
  // The round before the first brings the files into the page cache and our cache to know their hashes.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const task = join(folder, 'task.json');
      await writeJsonAtomic(task, {base, experts, weights, out: out(i), dtype: model.dtype} satisfies MergeTask);
      const timing = await contestant.merge(task);
      if (round > 0) timings.get(contestant)?.push(timing);
    }
  }
  const indexOf = (name: string) => contestants.findIndex((contestant) => contestant.name === name);
  // Its order of sums is ours; another, like that of the fused way, has other cancellations.
  const released = indexOf('PyTorch, task-vectors');
  const ulps = released < 0 || model.dtype !== 'F32' ? null : await largestUlps(out(released), out(indexOf('ours')));
  return {rows: [...timings].map(([{name}, all]) => rowOf(name, all)), ulps};
}

/** Parameters of a model. */
function size({shapes}: MergeModel): number {
  return [...shapes.values()].reduce((sum, shape) => sum + elementCount(shape), 0);
}

function rowOf(name: string, timings: readonly MergeTiming[]): MergeRow {
  const seconds = timings.map((timing) => timing.seconds);
  return {name, seconds: median(seconds), all: seconds, peak: Math.max(...timings.map(({peak}) => peak))};
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = join(packageRoot(), 'dist', 'bench');
  await mkdir(parent, {recursive: true});
  const folder = await mkdtemp(join(parent, 'merge-'));
  const remove = () => rmSync(folder, {recursive: true, force: true});
  process.once('SIGINT', () => (remove(), process.exit(130)));
  try {
    return await work(folder);
  } finally {
    remove();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const {values, positionals} = parseArgs({allowPositionals: true, options: {rounds: {type: 'string', default: '3'}}});
process.exitCode = await bench(positionals.length > 0 ? positionals : ['church'], Number(values.rounds));
