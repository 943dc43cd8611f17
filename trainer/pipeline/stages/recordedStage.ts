import {rm} from 'node:fs/promises';
import {EngineConfig} from '../../contract/config/config.ts';
import {ResolvedConfig, type StageRecord} from '../../contract/run/pipeline.ts';
import {startEngine} from '../../engine/startEngine.ts';
import {readJson} from '../../store/files/jsonFile.ts';
import {writeWithRoom} from '../../store/files/writeWithRoom.ts';
import {openRun, type RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {writeStageRecord} from '../../store/run/stageRecord.ts';
import {readHistoryText} from '../../train/trainingHistory.ts';
import {finishedStages, requireNeeds} from '../graph/finishedStages.ts';
import {readInputs} from '../graph/runInputs.ts';
import {stageFacts, type StageFacts} from '../graph/stageFacts.ts';
import {stageInputs, stageKey} from '../graph/stageInputs.ts';
import {hashOutputs} from '../graph/stageOutputs.ts';
import {findStage, needsEngine, plannedStage, planStages, workOf, type PlannedStage} from '../graph/stagePlan.ts';
import {engineChange} from '../owner/engineChange.ts';
import {precisionWarnings, requirePrecisions} from '../resources/runPrecision.ts';
import {InputWatch} from './inputWatch.ts';
import {definitionOf} from './registry.ts';
import {runStage} from './runStage.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';

/** What a process needs that runs a stage of a run. It holds the lock of the stage. */
export interface StageRequest extends Pick<StageContext, 'run' | 'stage' | 'emit' | 'nextAction' | 'outbox' | 'fence'> {
  /** JSON of the engine as the run settled it. */
  readonly engine: string;
  /** When the stage began, by `performance.now()`; 0, the start of the process, for its first one. */
  readonly startedAt: number;
}

/**
 * Runs a stage of a run once what it needs is done, and records it as done under the key of what it has read and of the program that has
 * run it. A stage that is recorded already is done. Throws a UserError for a stage that cannot begin, or has failed.
 */
export async function runRecordedStage(request: StageRequest): Promise<StageOutcome> {
  const {run} = request;
  const resolved = await readJson(runPaths.config(run), ResolvedConfig, 'the config of the run');
  const planned = findStage(resolved.config, request.stage);
  const finished = await finishedStages(run, [planned]);
  if (finished.has(planned.name)) return 'done';
  requireNeeds([planned], new Set(finished.keys()));
  const folder = await openRun(run);
  const begun = await readInputs(run);
  const facts = await stageFacts(folder, resolved, begun);
  if (needsEngine(planned)) await startStageEngine(request, planned, folder, resolved);
  const key = resultKey(planned, facts, finished);
  const context = {...request, resolved, ...(key && {key}), watch: await InputWatch.open(run, resolved, begun)};
  const outcome = await runStage(context, planned.stage).catch((error: unknown) => context.watch.rethrow(error));
  return outcome === 'done' ? recordStage(context, planned, facts, finished) : outcome;
}

/** The key of the result that a stage works on, its own or that of the stage of which it does a part; undefined for one that has none. */
function resultKey(
  {stage}: PlannedStage,
  facts: StageFacts,
  finished: ReadonlyMap<string, StageRecord>,
): string | undefined {
  const whole = plannedStage(definitionOf(stage).partOf?.(stage) ?? stage, facts.resolved.config);
  const inputs = stageInputs(whole, facts, (need) => finished.get(need)?.key);
  return inputs === null ? undefined : stageKey(inputs);
}

async function startStageEngine(
  {engine, stage, emit}: StageRequest,
  planned: PlannedStage,
  run: RunFolder,
  {config}: ResolvedConfig,
): Promise<void> {
  const started = await startEngine({
    ...EngineConfig.parse(JSON.parse(engine)),
    work: workOf(planned),
    why: 'the engine of the run',
  });
  emit({type: 'log', stage, level: 'info', message: started.reason});
  const change = engineChange(run.record.engine, started);
  if (change !== null) emit({type: 'log', stage, level: 'warning', message: change});
  // Of all stages of the run, so that the first one tells what a later one would refuse.
  requirePrecisions(config, [planned, ...planStages(config)], started);
  for (const message of await precisionWarnings(config, [planned], started))
    emit({type: 'log', stage, level: 'warning', message});
}

/** A record of a stage, generously. */
const recordBytes = 65_536;

/** Notes that a stage is done, as soon as the disk has room for that. */
async function recordStage(
  {run, stage, startedAt, emit, nextAction, fence}: StageContext & StageRequest,
  planned: PlannedStage,
  facts: StageFacts,
  finished: ReadonlyMap<string, StageRecord>,
): Promise<StageOutcome> {
  const inputs = stageInputs(planned, facts, (need) => finished.get(need)?.key);
  const course = inputs && (await readHistoryText(runPaths.checkpoints(run, stage)));
  const whole = course ? {...inputs, course} : inputs;
  const record: StageRecord = {
    stage,
    seconds: (performance.now() - startedAt) / 1000,
    finished: new Date().toISOString(),
    ...(whole && {key: stageKey(whole), inputs: whole, outputs: await hashOutputs(run, planned.stage)}),
  };
  const say = (level: 'info' | 'warning', message: string) =>
    emit({type: 'log', stage, level, message, waiting: level === 'warning'});
  const request = {folder: run, bytes: recordBytes, margin: 0, what: `the record of ${stage}`, say, nextAction};
  await fence?.();
  if ((await writeWithRoom(request, () => writeStageRecord(run, record))) === null) return 'stopped';
  const leftovers = definitionOf(planned.stage).leftovers?.(planned.stage, run);
  if (leftovers !== undefined) await rm(leftovers, {recursive: true, force: true});
  return 'done';
}
