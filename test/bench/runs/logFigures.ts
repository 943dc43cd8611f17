import {readTrainingCurves} from '../../../trainer/pipeline/report/trainingCurves.ts';
import {readStagePeaks} from '../../../trainer/pipeline/resources/readStagePeaks.ts';
import {rebuildMetrics} from '../../../trainer/store/metrics/metricsFile.ts';
import {Watcher} from './watcher.ts';

/** What the log of a run costs whoever reads all of it: milliseconds, and megabytes at most. */
export interface LogFigures {
  readonly report: number;
  readonly summary: number;
  readonly metrics: number;
  readonly stall: number;
  readonly memory: number;
}

/** Reads a log as the report, the summary and the panel do, in this process, which must be new for the memory to mean anything. */
export async function logFigures(run: string): Promise<LogFigures> {
  const watcher = new Watcher();
  const report = await timeOf(() => readTrainingCurves(run));
  const summary = await timeOf(() => readStagePeaks(run));
  const metrics = await timeOf(() => rebuildMetrics(run));
  return {report, summary, metrics, ...watcher.end()};
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
