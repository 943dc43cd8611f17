import type {BenchmarkResult} from '../../contract/benchmark/benchmarkResult.ts';
import {evaluatedModels} from '../../contract/run/pipeline.ts';
import type {RunRecord} from '../../contract/run/records.ts';
import {modelName} from '../../contract/run/runModel.ts';
import {stageName} from '../../contract/run/stage.ts';
import {summariseHeldOut} from '../../evaluate/heldOutSummary.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {measuredLosses} from '../report/measuredLosses.ts';
import {benchmarkResult, type BenchmarkFindings} from './benchmarkResult.ts';

/** What is known before the report of the run. */
export interface BenchmarkBegun extends Omit<BenchmarkFindings, 'report' | 'run'> {
  readonly run: {readonly path: string; readonly record: RunRecord};
}

/**
 * The table of a benchmark whose run still works: the models whose images are drawn, with their held-out losses, and which are still to come. The report measures the
 * images of all models together.
 */
export async function benchmarkSoFar({run, ...begun}: BenchmarkBegun): Promise<BenchmarkResult> {
  const models = evaluatedModels(begun.config);
  const done = await Promise.all(
    models.map((model) => fileExists(runPaths.stage(run.path, stageName({kind: 'evaluate', model})))),
  );
  const isDone = (_: unknown, i: number) => done[i] === true;
  const losses = await measuredLosses(run.path, models.filter(isDone).map(modelName));
  const base = losses.get('base');
  const heldOut = Object.fromEntries(
    [...losses].flatMap(([model, table]) => (base ? [[model, summariseHeldOut(table, base, model)] as const] : [])),
  );
  const {engine, id} = run.record;
  const measured = {heldOut, frechet: {}, kid: {}, mergedToOrdinary: null, weights: [], search: null, warnings: []};
  const report = {...measured, engine, seconds: 0, stageSeconds: {}, peakMemory: {}};
  const recipe = {reference: null, featureNetwork: null};
  const result = await benchmarkResult({...begun, run: id, report: {...report, recipe}});
  const open = models.filter((model) => model.kind !== 'expert').map(modelName);
  return {...result, open: open.filter((model) => !(model in heldOut))};
}
