import {statSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Run} from '../../../extension/runs/run.ts';
import {addEvents, plannedProgress} from '../../../trainer/contract/run/runProgress.ts';
import {DemeConfig} from '../../../trainer/contract/config/config.ts';
import {reportVerdict} from '../../../trainer/contract/overview/reportVerdict.ts';
import type {NewRunEvent, RunEvent} from '../../../trainer/contract/run/events.ts';
import {RunRecord} from '../../../trainer/contract/run/records.ts';
import {Report} from '../../../trainer/contract/run/report.ts';
import {RunNotes} from '../../../trainer/contract/run/runNotes.ts';
import {encodePng} from '../../../trainer/data/pictures/png.ts';
import {createRandom} from '../../../trainer/random.ts';
import {EventLog} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {openMetrics} from '../../../trainer/store/metrics/metricsFile.ts';
import {packageRoot} from '../../../trainer/packageRoot.ts';

/** A run folder written like that of a real run, without training anything. */
export interface FakeRun {
  readonly run: Run;
  /** All that it has appended so far. */
  readonly events: readonly RunEvent[];
  /** Appends an event as the owner of the run does. */
  emit(event: NewRunEvent): void;
  set(change: Partial<Run>): void;
}

export interface FakeRunOptions {
  readonly id?: string;
  readonly updates?: number;
  readonly state?: 'running' | 'done' | 'failed';
  readonly learningRate?: number;
  readonly report?: boolean;
  readonly experts?: number;
}

const wantedUpdates = 600;

/** A run with four experts, each `updates` far, in `output`. */
export async function fakeRun(output: string, options: FakeRunOptions = {}): Promise<FakeRun> {
  const {updates = wantedUpdates, report = true, experts = 4} = options;
  const {id = 'digits-1'} = options;
  const path = join(output, id);
  await mkdir(path, {recursive: true});
  const log = new EventLog(runPaths.events(path));
  const metrics = await openMetrics(path);
  const events: RunEvent[] = [];
  let run = await emptyRun(path, id, {...options, experts});
  const emit = (event: NewRunEvent) => {
    const stamped = log.append(event);
    metrics.append(stamped, statSync(runPaths.events(path)).size);
    events.push(stamped);
    run = {...run, progress: addEvents(run.progress, [stamped])};
  };
  if (report) {
    const scored = await scoredReport(path);
    run = {...run, report: scored, verdict: reportVerdict(scored)};
  }
  trainedEvents(updates, experts).forEach(emit);
  for (const event of await imageEvents(path)) emit(event);
  emit({type: 'memory', stage: 'expert-0', host: 512 * 2 ** 20});
  emit({type: 'log', stage: 'expert-1', level: 'warning', message: 'the last batch is short'});
  return {
    get run() {
      return run;
    },
    events,
    emit,
    set: (change) => (run = {...run, ...change}),
  };
}

/** A falling loss with noise, and now and then a value that is not a number. */
export function fakeStep(stage: string, update: number, updates = wantedUpdates) {
  const random = createRandom(0, stage, update);
  const scale = 10 ** -Number(stage.at(-1));
  const denoise =
    update % 97 === 0 ? NaN : scale * (0.02 + Math.exp((-3 * update) / updates)) * Math.exp(0.2 * random.normal());
  return {
    type: 'step' as const,
    stage,
    update,
    updates,
    losses: {denoise, consistency: denoise * 0.3},
    gradientNorm: random.float(),
    learningRate: 5e-5 * (1 - update / (2 * updates)),
    secondsPerUpdate: 0.25,
    secondsWaited: 0.05,
  } satisfies NewRunEvent;
}

export function fakeBuckets(stage: string, to: number, width = 20): NewRunEvent {
  const random = createRandom(1, stage, to);
  const count = Array.from({length: 100}, () => random.int(0, 5));
  const sums = count.map((draws, bucket) => draws * Math.exp(-bucket / 25) * (0.05 + Math.exp(-to / 300)));
  const losses = {denoise: sums, consistency: sums.map((sum) => sum / 3)};
  return {type: 'buckets', stage, from: to - width, to, count, losses};
}

function trainedEvents(updates: number, experts: number): NewRunEvent[] {
  const names = expertNames(experts);
  const starts = names.map((stage): NewRunEvent => ({type: 'stage', stage, state: 'started'}));
  const steps = Array.from({length: updates}, (_, i) => names.map((stage) => fakeStep(stage, i + 1))).flat();
  const buckets = Array.from({length: Math.floor(updates / 20)}, (_, i) =>
    names.map((stage) => fakeBuckets(stage, (i + 1) * 20)),
  ).flat();
  return [...starts, ...steps, ...buckets];
}

function expertNames(experts: number): string[] {
  return Array.from({length: experts}, (_, i) => `expert-${i}`);
}

async function imageEvents(run: string): Promise<NewRunEvent[]> {
  const models = ['base', 'expert-0', 'ensemble', 'merged'];
  const events: NewRunEvent[] = [];
  for (const [i, model] of models.entries()) {
    const folder = join(run, 'evaluations', model);
    await mkdir(folder, {recursive: true});
    const file = join(folder, 'samples.png');
    await writeFile(file, encodePng(pictureOf(i), 64, 64, 1));
    events.push({type: 'images', stage: `evaluate-${model}`, file});
  }
  const early = join(run, 'evaluations', 'expert-0', 'samples-100.png');
  await writeFile(early, encodePng(pictureOf(9), 64, 64, 1));
  return [...events, {type: 'images', stage: 'expert-0', file: early, update: 100}];
}

function pictureOf(seed: number): Uint8Array {
  const random = createRandom(seed);
  return Uint8Array.from({length: 64 * 64}, (_, i) =>
    (Math.floor(i / 64 / 16) + Math.floor((i % 64) / 16)) % 2 ? random.int(0, 256) : 40 * seed,
  );
}

async function emptyRun(path: string, id: string, options: FakeRunOptions): Promise<Run> {
  const {state = 'running', learningRate = 5e-5, experts = 4} = options;
  const config = DemeConfig.parse({
    name: 'digits',
    base: 'base',
    data: {kind: 'mnist'},
    decouple: {ranges: experts, updates: wantedUpdates, optimizer: {learningRate}},
    merge: {search: {}},
    evaluate: {},
  });
  const failure = {code: 'loss-not-finite', message: 'The loss of expert-1 is not a finite number at update 300.'};
  return {
    path,
    record: RunRecord.parse({
      id,
      name: 'digits',
      tool: 'test',
      created: `2026-01-0${1 + (Number(id.at(-1)) % 9)}T00:00:00.000Z`,
      config: 'digits.deme.yaml',
      engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    }),
    config: {folder: path, baseFolder: join(path, 'base'), config},
    state: {
      state,
      pid: process.pid,
      started: 0,
      heartbeat: 0,
      stage: 'expert-0',
      progress: state === 'done' ? 1 : 0.42,
      ...(state === 'running' && {left: {seconds: 185, low: 166, high: 203}}),
      ...(state === 'failed' && {error: failure}),
    },
    progress: plannedProgress([...expertNames(experts), 'search', 'merge', 'evaluate-base', 'report'], new Set()),
    report: null,
    verdict: null,
    notes: RunNotes.parse({}),
    timesteps: 1000,
    silentSeconds: null,
    problem: null,
  };
}

/** The report of a real run with four experts, and with the scores and the picture that later versions add. */
async function scoredReport(run: string): Promise<Report> {
  const file = join(packageRoot(), 'media', 'digits', 'full-report', 'report.json');
  const report = Report.parse(JSON.parse(await readFile(file, 'utf8')));
  const picture = 'differing-base-merged.png';
  await mkdir(runPaths.report(run));
  await writeFile(join(runPaths.report(run), picture), encodePng(pictureOf(3), 64, 64, 1));
  const byModel = <T>(score: (distance: number) => T) =>
    Object.fromEntries(Object.entries(report.frechet).map(([model, distance]) => [model, score(distance)]));
  const precision = (distance: number) => 1 / (1 + distance / 10);
  const confirmed = report.search?.candidates.slice(0, 2).map((candidate, i) => ({
    ...candidate,
    ...{kid: {mean: 1 + i, standardError: 0.25}, frechet: 30 + i},
  }));
  return {
    ...report,
    search: report.search && {...report.search, confirmed},
    frechetSpread: byModel((distance) => ({
      standardError: 0.25,
      groups: 10,
      toBase: {mean: distance - (report.frechet['base'] ?? 0), standardError: 0.125},
    })),
    frechetBySize: byModel((distance) =>
      [100, 200, 1000].map((images) => ({images, distance: distance + 100 / images})),
    ),
    precisionRecall: byModel((distance) => ({precision: precision(distance), recall: 0.5, neighbours: 3})),
    differing: [
      {models: ['base', 'merged'], network: 'digits', compared: 64, images: [{index: 7, distance: 3.5}], picture},
      {
        models: ['ordinary', 'merged'],
        network: 'digits',
        compared: 64,
        images: [{index: 9, distance: 1.5}],
        picture: null,
      },
    ],
  };
}
