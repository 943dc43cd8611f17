import {rm} from 'node:fs/promises';
import {resolve} from 'node:path';
import {searchDistance} from '../../contract/config/searchDistance.ts';
import type {AskedEngine} from '../../contract/engine/askedEngine.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import {UserError} from '../../contract/errors.ts';
import type {RunEvent} from '../../contract/run/events.ts';
import type {PlanRecord, ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {ProcessIdentity} from '../../contract/run/processIdentity.ts';
import type {RunRecord} from '../../contract/run/records.ts';
import {probeEngine} from '../../launch/probeEngine.ts';
import {lostLockExitCode} from '../../launch/stageProcess.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {isHere} from '../../store/run/processIdentity.ts';
import {takeLock} from '../../store/run/processLock.ts';
import {createRun, type RunFolder} from '../../store/run/runFolder.ts';
import {requireEnded} from '../launch/requireEnded.ts';
import {checkResults} from '../graph/checkResults.ts';
import {cudaSetting, type CudaSetting} from '../resources/cudaSetting.ts';
import {finishedStages, settledStages} from '../graph/finishedStages.ts';
import {earlierTimes} from './time/earlierTimes.ts';
import {measuringProblems} from './measuringProblems.ts';
import {planRun, type RunPlan} from './planRun.ts';
import {sharedCores, sharedGpus, wholeMachine, type MachineShare} from '../resources/machineShare.ts';
import type {ProcessPlan} from '../resources/processPlan.ts';
import {findSingleStages} from './orphans.ts';
import {searchCost} from '../search/searchCost.ts';
import {flipDoubt} from './startDoubts.ts';
import {ownRun} from './runOwner.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {settleInputs} from '../graph/runInputs.ts';
import {stageFacts} from '../graph/stageFacts.ts';
import {isTraining, type PlannedStage} from '../graph/stagePlan.ts';
import {takeOver} from '../graph/takeOver.ts';
import {toolVersion} from './toolVersion.ts';
import {trainerEntry} from './trainerEntry.ts';

/**
 * Makes the folder of a new run. The engine is probed first, so that an unhealthy one, or memory that is too small for it, is reported
 * before any work begins; `onEngine` receives which one it is and why. `why`: the reason where the engine was not asked for; `share`: what the run
 * gets of the machine.
 */
export async function createRunOf(
  configFile: string,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
  onEngine: (engine: EngineInfo) => void,
  {why, share = wholeMachine}: {why?: string; share?: MachineShare} = {},
): Promise<RunFolder> {
  const {config, folder} = resolved;
  const comparesImages = searchDistance(config) !== null;
  const measures = ({stage}: PlannedStage) => stage.kind === 'evaluate' || (stage.kind === 'search' && comparesImages);
  const [problem] = stages.some(measures) ? await measuringProblems(config, folder) : [];
  if (problem) throw problem;
  const {gpus: all, libraryFolders} = await cudaSetting(config.engine);
  const gpus = sharedGpus(all, share);
  const asked: AskedEngine = {...config.engine, ...(why !== undefined && {why})};
  const probed = await probeEngine(trainerEntry(), asked, {gpu: gpus[0], libraryFolders});
  onEngine(probed);
  const {reason: _, ...engine} = probed;
  const {plan} = await planRun(resolved, {stages, engine, gpus, cores: sharedCores(share), parts: share.count});
  const run = await createRun(resolve(folder, config.output), config.name, {
    tool: toolVersion(),
    created: new Date().toISOString(),
    config: configFile,
    engine: {...engine, threads: ownThreads(engine, plan)},
  });
  await writeJsonAtomic(runPaths.config(run.path), resolved);
  return run;
}

/** Which stages of a run are executed, and how. */
export interface RunRequest {
  readonly resolved: ResolvedConfig;
  readonly stages: readonly PlannedStage[];
  /** Take over from earlier runs of the same output folder what they did with the same inputs. */
  readonly reuse: boolean;
  /** What it gets of the machine; left out: all of it. */
  readonly share?: MachineShare;
  onEvent(event: RunEvent): void;
}

/** Carries out the stages of a run that are not done yet. Throws a UserError when another process does so already. */
export async function executeRun(run: RunFolder, request: RunRequest): Promise<'done' | 'stopped'> {
  return whileOwned(run.path, () => runOwned(run, request));
}

async function runOwned(run: RunFolder, request: RunRequest): Promise<'done' | 'stopped'> {
  const {resolved, stages, reuse, share, onEvent} = request;
  await requireEnded(run.path);
  // From here on it has an owner, whatever it was before.
  await rm(runPaths.launch(run.path), {force: true});
  const record: PlanRecord = {stages: stages.map(({name}) => name)};
  await writeJsonAtomic(runPaths.plan(run.path), record);
  const doubts: string[] = [];
  const inputs = await settleInputs(run.path, resolved, (doubt) => doubts.push(doubt));
  const damaged = await checkResults(run.path, stages);
  const leftOut: string[] = [];
  const onUnreadable = (error: UserError) => void leftOut.push(`an earlier run is left out: ${error.line}`);
  const taken = reuse ? await takeOver(run, stages, await stageFacts(run, resolved, inputs), onUnreadable) : [];
  const left = await remaining(run, stages);
  const {warnings, ...processes} = await planRemaining(run, resolved, left, share);
  const mirrored = left.some(isTraining) ? await flipDoubt(resolved) : null;
  return ownRun({
    ...processes,
    run: run.path,
    stages,
    earlier: await earlierTimes(run),
    warnings: [...doubts, ...leftOut, ...warnings, ...(mirrored === null ? [] : [mirrored])],
    decisions: [...damaged, ...taken, ...(await searchDecision(resolved, left))],
    onEvent,
  });
}

/** What the search of a run will draw, before the hours of training that come first. */
async function searchDecision({config, folder}: ResolvedConfig, stages: readonly PlannedStage[]) {
  const search = stages.find(({stage}) => stage.kind === 'search');
  const cost = search ? await searchCost(config, folder) : null;
  return search && cost ? [{stage: search.name, message: cost.text}] : [];
}

/** How many processes run the stages of a run that are left, and with which engine. */
export async function planRemaining(
  {record: {engine}}: RunFolder,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
  share = wholeMachine,
): Promise<ProcessPlan & Pick<RunPlan & CudaSetting, 'warnings' | 'libraryFolders'>> {
  const {gpus, libraryFolders} = await cudaSetting({...resolved.config.engine, name: engine.name});
  const cores = coresFor(resolved, engine, share);
  const request = {stages, engine, gpus: sharedGpus(gpus, share), cores, parts: share.count};
  const {plan, warnings} = await planRun(withThreads(resolved, engine), request);
  return {...plan, warnings, libraryFolders};
}

/** Works while no other process owns the run or one of its stages. Throws a UserError where one does. */
export async function whileOwned<T>(run: string, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(runPaths.ownerLock(run));
  if (!lock.held) throw runBusy(run, lock.holder);
  // Whatever this process would write is another one's by then.
  lock.onLost(() => process.exit(lostLockExitCode));
  try {
    const [single] = await findSingleStages(run);
    if (single) throw runBusy(run, single.holder);
    return await work();
  } finally {
    await lock.release();
  }
}

/** Threads of each process as it will start; only TensorFlow has more than one. */
function ownThreads({name, threads}: RunRecord['engine'], plan: ProcessPlan): number {
  return name === 'tensorflow' ? (plan.engine.threads ?? threads) : threads;
}

/** All stages of a run have the threads that it began with: other sums in other orders would be other numbers. */
function withThreads(resolved: ResolvedConfig, {threads}: RunRecord['engine']): ResolvedConfig {
  const {config} = resolved;
  return {...resolved, config: {...config, engine: {...config.engine, threads}}};
}

/** The cores; where the config leaves the threads open, how many processes these can run with the threads that the run has. */
function coresFor({config}: ResolvedConfig, {threads}: RunRecord['engine'], share: MachineShare): number {
  const cores = sharedCores(share);
  return config.engine.threads === undefined ? Math.max(1, Math.floor(cores / threads)) : cores;
}

async function remaining({path}: RunFolder, stages: readonly PlannedStage[]): Promise<PlannedStage[]> {
  const finished = settledStages(stages, (await finishedStages(path, stages)).keys());
  return stages.filter(({name}) => !finished.has(name));
}

export function runBusy(run: string, holder: ProcessIdentity | null): UserError {
  const where = holder === null || isHere(holder) ? '' : ` on ${holder.host}`;
  const who = holder === null ? 'Another process' : `Process ${holder.pid}${where}`;
  return new UserError('run-busy', `${who} is running this already.`, {
    where: run,
    hint: 'Wait for its end, or stop it with `deme stop`.',
  });
}
