import {cp, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parseConfig} from '../../../trainer/contract/config/parseConfig.ts';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import {Report} from '../../../trainer/contract/run/report.ts';
import {reportPage} from '../../../trainer/pipeline/report/reportPage.ts';
import {createRandom} from '../../../trainer/random.ts';
import {writeJsonAtomic} from '../../../trainer/store/files/jsonFile.ts';
import {createRun} from '../../../trainer/store/run/runFolder.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {writeStageRecord} from '../../../trainer/store/run/stageRecord.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {setState} from './runOnDisk.ts';

const full = join(packageRoot(), 'media', 'digits', 'full-report');
const models = ['base', 'ordinary', 'expert-0', 'expert-1', 'expert-2', 'expert-3', 'ensemble', 'merged'] as const;
const trained = ['ordinary', 'expert-0', 'expert-1', 'expert-2', 'expert-3'] as const;
const begin = Date.parse('2026-03-02T09:00:00.000Z');
/** What a training draws on its way. */
const gridEvery = 200;

export interface ShownRun {
  readonly name: string;
  /** The config file, in the folder of the runs' project. */
  readonly config: string;
  readonly learningRate?: number;
  /** So many times what the finetunes of the report have gained. */
  readonly gain?: number;
  /** Another one, other noise in its curves. */
  readonly seed?: number;
  /** Changes of the report; the report itself comes with these. */
  readonly report?: (report: Report) => Report;
  /** When it was made, in hours after the first. */
  readonly hours?: number;
  /** Without curves, pictures and the report as one page, as most rows of a table need none. */
  readonly isBare?: boolean;
  readonly notes?: {readonly tags: string[]; readonly note: string};
}

/** Config of the run whose report is in `media/digits/full-report`. */
export const shownConfig = `name: digits
base: base
data: {kind: mnist, validation: 2000, test: 2000}
decouple:
  ranges: 4
  updates: 600
  batch: 64
  optimizer: {learningRate: 1.0e-4}
  samples: {every: 200, images: 64, steps: 10}
ordinary: true
merge:
  search: {images: 2000, timesteps: 1, budget: 31}
evaluate:
  heldOut: {images: 2000, timesteps: 1}
  sampling: {sampler: ddim, steps: 25}
  features: digits
`;

/** Writes a finished run with the report and the images of that run, and curves as it could have had, below `folder/.deme/runs`; returns its path. */
export async function writeShownRun(folder: string, shown: ShownRun): Promise<string> {
  const {hours = 0, gain = 1, seed = 0, report: changed = (same) => same} = shown;
  const created = begin + 3_600_000 * hours;
  const record = {
    tool: 'deme-studio 0.1.0',
    created: new Date(created).toISOString(),
    config: join(folder, shown.config),
    engine: {name: 'tensorflow', version: '2.21.0', device: 'CPU', threads: 2} as const,
  };
  const {path} = await createRun(join(folder, '.deme', 'runs'), shown.name, record);
  const parsed = parseConfig(shownConfig, shown.config);
  const {decouple} = parsed;
  if (decouple === undefined) throw new Error('the config trains experts');
  const {learningRate = decouple.optimizer.learningRate} = shown;
  const optimizer = {...decouple.optimizer, learningRate};
  const config = {...parsed, name: shown.name, decouple: {...decouple, optimizer}};
  await writeJsonAtomic(runPaths.config(path), {folder, baseFolder: join(folder, 'base'), config});
  const stages = [...trained, 'search', 'merge', 'reference', ...models.map((model) => `evaluate-${model}`), 'report'];
  await writeJsonAtomic(runPaths.plan(path), {stages});
  const report = changed(await scoredReport(gain));
  await mkdir(runPaths.report(path), {recursive: true});
  await writeJsonAtomic(runPaths.reportRecord(path), report);
  await writeJsonAtomic(runPaths.weights(path), {weights: report.weights, search: report.search});
  if (shown.notes) await writeJsonAtomic(runPaths.notes(path), {format: 1, ...shown.notes});
  const events: RunEvent[] = shown.isBare ? [] : await drawn(path, created);
  let ends = created;
  for (const stage of stages) {
    const seconds = report.stageSeconds[stage] ?? 2;
    const training = trained.find((name) => name === stage);
    if (training && !shown.isBare) events.push(...curve(training, {begin: ends, seconds}, report, seed));
    events.push({type: 'stage', time: ends, stage, state: 'started'});
    ends += 1000 * seconds;
    events.push({type: 'stage', time: ends, stage, state: 'done'});
    await writeStageRecord(path, {stage, seconds, finished: new Date(ends).toISOString()});
  }
  const lines = events.sort((a, b) => a.time - b.time).map((event) => `${JSON.stringify(event)}\n`);
  await writeFile(runPaths.events(path), lines.join(''));
  await setState(path, 'done', {progress: 1});
  return path;
}

/** That of the repository, with the network and the intervals that reports have today. */
async function scoredReport(gain: number): Promise<Report> {
  const report = Report.parse(JSON.parse(await readFile(join(full, 'report.json'), 'utf8')));
  const {base, ...others} = report.heldOut;
  if (base === undefined) throw new Error('the report has a base');
  const gained = Object.entries(others).map(([model, loss]): [string, typeof loss] => {
    const {mean, standardError} = loss.differenceToBase;
    return [model, {...loss, mean: base.mean + gain * mean, differenceToBase: {mean: gain * mean, standardError}}];
  });
  const weights = {source: 'DeMe Studio digit classifier', sha256: 'f3'.repeat(32)};
  const featureNetwork = {name: 'digits', dimension: 64, preprocessing: 'none: 28x28x1 in [-1, 1]', weights};
  const frechetSpread = Object.entries(report.frechet).map(([model, distance]) => [
    model,
    {
      standardError: 0.35,
      groups: 10,
      ...(model !== 'base' && {toBase: {mean: distance - (report.frechet['base'] ?? 0), standardError: 0.2}}),
    },
  ]);
  return {
    ...report,
    heldOut: {base, ...Object.fromEntries(gained)},
    frechetSpread: Object.fromEntries(frechetSpread) as Report['frechetSpread'],
    recipe: {...report.recipe, featureNetwork},
  };
}

/** Puts the images of each model where an evaluation and a training leave them, and the page of the report with its pictures. */
async function drawn(run: string, time: number): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const text = await readFile(join(full, 'report.md'), 'utf8');
  await writeFile(runPaths.reportPage(run), await reportPage(full, 'digits-full', text));
  for (const model of models) {
    const file = runPaths.grid(run, model);
    await mkdir(runPaths.evaluation(run, model), {recursive: true});
    await cp(join(full, `samples-${model}.png`), file);
    events.push({type: 'images', time: time + 900_000, stage: `evaluate-${model}`, file});
  }
  for (const stage of trained) {
    for (let update = 0; update <= 600; update += gridEvery) {
      const grid = runPaths.trainingGrid(run, stage, update);
      await mkdir(join(runPaths.samples(run), stage), {recursive: true});
      await cp(join(full, `samples-${update === 0 ? 'base' : stage}.png`), grid);
      events.push({type: 'images', time: time + 300 * update, stage, file: grid, update});
    }
  }
  return events;
}

const every = 10;

/** Losses around those that the report has of the base, with the noise of a batch, falling by what the finetune has gained. */
function curve(
  stage: (typeof trained)[number],
  {begin: time, seconds}: {readonly begin: number; readonly seconds: number},
  report: Report,
  seed: number,
): RunEvent[] {
  const updates = stage === 'ordinary' ? 2400 : 600;
  const at = (update: number) => time + (1000 * seconds * update) / updates;
  const ranges = report.heldOut['base']?.perRange ?? [];
  const own = stage === 'ordinary' ? null : Number(stage.at(-1));
  const level = own === null ? (report.heldOut['base']?.mean ?? 0) : (ranges[own]?.mean ?? 0);
  const random = createRandom(7 + seed, stage);
  const events: RunEvent[] = [];
  for (let update = every; update <= updates; update += every) {
    const done = 1 - Math.exp((-4 * update) / updates);
    const denoise = level * (1 - 0.03 * done) * Math.exp(0.07 * random.normal());
    const consistency = level * 0.02 * done * Math.exp(0.1 * random.normal());
    const warm = Math.min(1, update / 20);
    events.push({
      type: 'step',
      time: at(update),
      stage,
      update,
      updates,
      losses: {denoise, ...(own !== null && {consistency})},
      gradientNorm: level * 4 * Math.exp(0.2 * random.normal()),
      learningRate: 1e-4 * warm * 0.5 * (1 + Math.cos((Math.PI * update) / updates)),
      secondsPerUpdate: seconds / updates,
      secondsWaited: 0.002,
    });
    if (update % 50 === 0) events.push(buckets(stage, at(update), update, {own, done, level, seed}));
  }
  return events;
}

/** Loss over the timesteps as the digits have it: largest where there is least noise. */
function buckets(
  stage: string,
  time: number,
  to: number,
  {
    own,
    done,
    level,
    seed,
  }: {readonly own: number | null; readonly done: number; readonly level: number; readonly seed: number},
): RunEvent {
  const random = createRandom(80 + seed, stage, to);
  const count = Array.from({length: 100}, (_, bucket) => {
    const isOwn = own === null || Math.floor(bucket / 25) === own;
    return isOwn ? random.int(20, 45) : random.int(2, 9);
  });
  const shape = (bucket: number) => 0.004 + 0.16 * Math.exp(-bucket / 9);
  const denoise = count.map(
    (draws, bucket) => draws * shape(bucket) * (1 - 0.05 * done) * Math.exp(0.08 * random.normal()),
  );
  const losses = {denoise, consistency: count.map((draws) => draws * level * 0.02 * done)};
  return {type: 'buckets', time, stage, from: to - 50, to, count, losses};
}
