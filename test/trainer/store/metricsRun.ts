import {statSync} from 'node:fs';
import {mkdir, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {NewRunEvent} from '../../../trainer/contract/run/events.ts';
import {createRandom} from '../../../trainer/random.ts';
import {EventLog} from '../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {type MetricsFile, openMetrics} from '../../../trainer/store/metrics/metricsFile.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** A run folder with nothing but a log and its metrics, which `emit` writes as the owner of a run does. */
export interface MetricsRun {
  readonly path: string;
  readonly metrics: MetricsFile;
  emit(event: NewRunEvent): void;
}

export async function newMetricsRun(path?: string): Promise<MetricsRun> {
  const run = path ?? join(await temporaryFolder(), 'run-1');
  await mkdir(run, {recursive: true});
  const log = new EventLog(runPaths.events(run));
  const metrics = await openMetrics(run);
  return {path: run, metrics, emit: (event) => metrics.append(log.append(event), statSync(runPaths.events(run)).size)};
}

/** Stage and seed of a step, and losses that are not to be noise. */
export interface NoisyStep {
  readonly stage?: string;
  readonly seed?: number;
  readonly denoise?: number;
}

/** A step whose losses are seeded noise; about one in twenty denoising losses is not a number. */
export function noisyStep(update: number, {stage = 'expert-0', seed = 0, ...changes}: NoisyStep = {}) {
  const random = createRandom(seed, stage, update);
  const denoise = random.float() < 0.05 ? NaN : Math.exp(random.normal());
  const [consistency, gradientNorm] = [random.float(), random.float()];
  return {
    type: 'step' as const,
    stage,
    update,
    updates: 100_000,
    losses: {denoise, consistency, ...changes},
    gradientNorm,
    learningRate: 1e-4,
    secondsPerUpdate: 0.1,
  } satisfies NewRunEvent;
}

export function noisyBuckets(from: number, to: number, stage = 'expert-0') {
  const random = createRandom(1, stage, to);
  const draws = Array.from({length: 10}, () => random.int(0, 4));
  const sums = draws.map((count) => count * random.float());
  const losses = {denoise: sums, consistency: sums.map((sum) => 2 * sum)};
  return {type: 'buckets' as const, stage, from, to, count: draws, losses};
}

/** Name and bytes of all metrics files. */
export async function metricsBytes(run: string): Promise<Map<string, string>> {
  const folder = runPaths.metrics(run);
  const names = (await readdir(folder, {recursive: true, withFileTypes: true})).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name)).sort();
  const bytes = files.map(
    async (file) => [file.slice(folder.length), (await readFile(file)).toString('base64')] as const,
  );
  return new Map(await Promise.all(bytes));
}
