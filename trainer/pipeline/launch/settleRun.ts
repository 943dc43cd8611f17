import type {UserError} from '../../contract/errors.ts';
import type {LaunchRecord} from '../../contract/launch/launchRecord.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {RunRecord} from '../../contract/run/records.ts';
import {ownCores} from '../../launch/jobResources.ts';
import {probeEngine} from '../../launch/probeEngine.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {onceLocked} from '../../store/run/onceLocked.ts';
import {openRun, type RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {settleInputs} from '../graph/runInputs.ts';
import {stageFacts} from '../graph/stageFacts.ts';
import {planStages, type PlannedStage} from '../graph/stagePlan.ts';
import {takeOver} from '../graph/takeOver.ts';
import {planRun} from '../owner/planRun.ts';
import {trainerEntry} from '../owner/trainerEntry.ts';
import {cudaSetting} from '../resources/cudaSetting.ts';

/** What a job has settled, and what the user should know of it. */
export interface SettledRun {
  readonly run: RunFolder;
  readonly warnings: readonly string[];
  /** A sentence for each stage that was looked for in earlier runs. */
  readonly decisions: readonly {readonly stage: string; readonly message: string}[];
}

/**
 * What the owner of a run does before its first stage, by a job: the first that begins finds out the engine on its node, and takes over what
 * earlier runs did; each makes sure that the inputs of the run are what they were. One job at a time, as the others would do the same.
 */
export async function settleRun(
  path: string,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
  {reuse}: Pick<LaunchRecord, 'reuse'>,
): Promise<SettledRun> {
  return onceLocked(runPaths.beginLock(path), async () => {
    const run = await openRun(path);
    const warnings: string[] = [];
    const warn = (warning: string) => void warnings.push(warning);
    const inputs = await settleInputs(path, resolved, warn);
    if (!run.record.unsettled) return {run, warnings, decisions: []};
    const {unsettled: _, ...record} = run.record;
    const settled: RunFolder = {path, record: {...record, engine: await findEngine(resolved, stages)}};
    const leftOut = (error: UserError) => warn(`an earlier run is left out: ${error.line}`);
    const facts = await stageFacts(settled, resolved, inputs);
    const decisions = reuse ? await takeOver(settled, planStages(resolved.config), facts, leftOut) : [];
    await writeJsonAtomic(runPaths.record(path), settled.record);
    return {run: settled, warnings, decisions};
  });
}

async function findEngine(resolved: ResolvedConfig, stages: readonly PlannedStage[]): Promise<RunRecord['engine']> {
  const {config} = resolved;
  const {gpus, libraryFolders} = await cudaSetting(config.engine);
  const {reason: _, ...engine} = await probeEngine(trainerEntry(), config.engine, {gpu: gpus[0], libraryFolders});
  const {plan} = await planRun(resolved, {stages, engine, gpus, cores: ownCores()});
  const threads = engine.name === 'tensorflow' ? (plan.engine.threads ?? engine.threads) : engine.threads;
  return {...engine, threads};
}
