import {execFileSync} from 'node:child_process';
import {createWriteStream} from 'node:fs';
import {chmod, cp, link, mkdir, readdir, rm, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {once} from 'node:events';
import {finished} from 'node:stream/promises';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {fakeBuckets, fakeRun, fakeStep} from '../../helpers/runs/fakeRunFolder.ts';

/** How many runs the bench has, and events the longest of their logs. */
export const manyRuns = {runs: 500, events: 2_500_000} as const;

/** The runs that the bench has besides: each would keep somebody careless from all others. */
export const oddRuns = ['loop', 'nowhere', 'pipe-1', 'folder-1', 'locked'] as const;

const stages = ['expert-0', 'expert-1', 'expert-2', 'expert-3', 'search', 'merge', 'evaluate-base', 'report'];

/** Fills an output folder with finished runs, each of some hundred kilobytes, and with what a disk may hold besides. */
export async function writeManyRuns(output: string, {runs, events}: {runs: number; events: number}): Promise<void> {
  const template = await writeTemplate(join(output, '..', 'template'));
  await mkdir(output, {recursive: true});
  for (let n = 1; n <= runs; n++) await copyRun(template, output, n);
  await rm(join(output, '..', 'template'), {recursive: true});
  await writeLongLog(join(output, `digits-${runs}`), events);
  await writeOddRuns(output);
}

async function writeTemplate(folder: string): Promise<string> {
  const {run, set} = await fakeRun(folder, {id: 'template-1', updates: 400, state: 'done'});
  const {path} = run;
  set({});
  await writeJsonAtomic(join(path, 'config.json'), run.config);
  await writeJsonAtomic(join(path, 'plan.json'), {stages});
  await writeJsonAtomic(join(path, 'state.json'), run.state);
  await mkdir(join(path, 'report'), {recursive: true});
  await writeJsonAtomic(join(path, 'report', 'report.json'), run.report);
  await mkdir(join(path, 'stages'), {recursive: true});
  for (const stage of stages) {
    const record = {stage, seconds: 1, finished: '2026-01-01T00:00:00.000Z'};
    await writeJsonAtomic(join(path, 'stages', `${stage}.json`), record);
  }
  for (const model of ['expert-0', 'expert-1', 'expert-2', 'expert-3', 'merged']) {
    await mkdir(join(path, 'models', model), {recursive: true});
  }
  await writeJsonAtomic(join(path, 'run.json'), run.record);
  return path;
}

/** All files but the record are links: they are only read. */
async function copyRun(template: string, output: string, n: number): Promise<void> {
  const path = join(output, `digits-${n}`);
  for (const entry of await readdir(template, {recursive: true, withFileTypes: true})) {
    const from = join(entry.parentPath, entry.name);
    const to = join(path, from.slice(template.length));
    if (entry.isDirectory()) await mkdir(to, {recursive: true});
    else await mkdir(join(to, '..'), {recursive: true}).then(() => link(from, to));
  }
  const record = join(path, 'run.json');
  await rm(record);
  const created = new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
  const engine = {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1};
  await writeJsonAtomic(record, {
    id: `digits-${n}`,
    name: 'digits',
    tool: 'bench',
    created,
    config: 'digits.deme.yaml',
    engine,
  });
}

/** Gives a run the log of a very long training; 2.5 million events are 650 MB. */
export async function writeLongLog(run: string, events: number): Promise<void> {
  const file = join(run, 'events.jsonl');
  await rm(file, {force: true});
  await rm(join(run, 'metrics'), {recursive: true, force: true});
  const out = createWriteStream(file);
  const perStage = Math.floor(events / 4);
  for (let update = 1; update <= perStage; update++) {
    const lines = ['expert-0', 'expert-1', 'expert-2', 'expert-3'].map((stage) => {
      const event = update % 500 === 0 ? fakeBuckets(stage, update, 500) : fakeStep(stage, update, perStage);
      return `${JSON.stringify({...event, time: 1_767_225_600_000 + update})}\n`;
    });
    if (!out.write(lines.join(''))) await once(out, 'drain');
  }
  out.end(`${JSON.stringify({type: 'memory', time: 1_767_225_600_000, stage: 'expert-0', host: 2 ** 30})}\n`);
  await finished(out);
}

async function writeOddRuns(output: string): Promise<void> {
  const [loop, nowhere, pipe, folder, locked] = oddRuns.map((name) => join(output, name)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  await symlink('loop', loop);
  await symlink('gone', nowhere);
  await cp(join(output, 'digits-1'), pipe, {recursive: true});
  await rm(join(pipe, 'events.jsonl'));
  execFileSync('mkfifo', [join(pipe, 'events.jsonl')]);
  await mkdir(join(folder, 'run.json'), {recursive: true});
  await mkdir(locked);
  await chmod(locked, 0);
}
