import {randomBytes} from 'node:crypto';
import {rm} from 'node:fs/promises';
import {resolve} from 'node:path';
import type {LaunchConfig} from '../../contract/config/launchConfig.ts';
import type {LaunchRecord} from '../../contract/launch/launchRecord.ts';
import type {PlanRecord, ResolvedConfig} from '../../contract/run/pipeline.ts';
import {schedulers} from '../../launch/launchers.ts';
import type {Scheduler} from '../../launch/scheduler.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {lockHolder, takeLock} from '../../store/run/processLock.ts';
import {createRun, type RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {clearControl} from '../../store/run/runState.ts';
import {finishedStages, requireNeeds, settledStages} from '../graph/finishedStages.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';
import {findSingleStages} from '../owner/orphans.ts';
import {runBusy} from '../owner/startRun.ts';
import {toolVersion} from '../owner/toolVersion.ts';
import type {Wanted, Work} from '../owner/work.ts';
import {runGroups} from './jobGroups.ts';
import {requirePrecisions} from '../resources/runPrecision.ts';
import {requireEnded} from './requireEnded.ts';
import {requireTime} from './requireTime.ts';
import {submitGroups, type SubmittedGroup} from './submitGroups.ts';

/** The scheduler of a launch. Throws an Error for one without. */
export function schedulerOf({kind}: Pick<LaunchConfig, 'kind'>): Scheduler {
  if (kind === 'local') throw new Error('a local run has no scheduler');
  return schedulers[kind];
}

/**
 * Makes the folder of a new run whose first job finds out on its node which engine it gets: where a command is typed there may be none. Throws
 * a UserError before that for jobs that could not work.
 */
export async function createLaunchedRun(
  {configFile, resolved, stages}: Wanted,
  launch: LaunchConfig,
): Promise<RunFolder> {
  requireNeeds(stages, new Set());
  requireTime(launch, stages);
  const {config, folder} = resolved;
  const {name, threads = 1, device} = config.engine;
  if (name !== 'auto') requirePrecisions(config, stages, {name});
  const run = await createRun(resolve(folder, config.output), config.name, {
    tool: toolVersion(),
    created: new Date().toISOString(),
    config: configFile,
    engine: {
      name: name === 'auto' ? 'tensorflow' : name,
      version: 'not known yet',
      device: device === 'gpu' ? 'GPU' : 'CPU',
      threads,
    },
    unsettled: true,
  });
  await writeJsonAtomic(runPaths.config(run.path), resolved);
  return run;
}

/** Submits all stages of a run that are not done, each after those that it needs. Nothing of it keeps running here. */
export async function launchRun(work: Work, launch: LaunchConfig): Promise<SubmittedGroup[]> {
  const {path} = work.run;
  const scheduler = schedulerOf(launch);
  requireTime(launch, work.stages);
  return whileSubmitting(path, scheduler, async () => {
    const id = newLaunchId();
    const left = await beginLaunch(work, {id, launch, shared: {}});
    const groups = runGroups({run: path, stages: left}, launch);
    return submitGroups({id, groups, launch, folder: runPaths.jobs(path), scheduler});
  });
}

export function newLaunchId(): string {
  return randomBytes(6).toString('hex');
}

/** Notes in the folder of a run that it is launched, and returns the stages that are left to do. */
export async function beginLaunch(
  {run: {path}, resolved, stages, reuse}: Work,
  {id, launch, shared}: Pick<LaunchRecord, 'id' | 'launch' | 'shared'>,
): Promise<PlannedStage[]> {
  const plan: PlanRecord = {stages: stages.map(({name}) => name)};
  const settled = settledStages(stages, (await finishedStages(path, stages)).keys());
  const left = stages.filter(({name}) => !settled.has(name));
  // What was asked of, or said by, an earlier attempt is past.
  await clearControl(path);
  const past = left.flatMap(({name}) => [runPaths.stageState(path, name), runPaths.stageCancel(path, name)]);
  await Promise.all(past.map((file) => rm(file, {force: true})));
  await rm(runPaths.queue(path), {force: true});
  await writeJsonAtomic(runPaths.plan(path), plan);
  await writeJsonAtomic(runPaths.config(path), withLaunch(resolved, launch));
  const record: LaunchRecord = {format: 1, id, submitted: new Date().toISOString(), launch, reuse, shared};
  await writeJsonAtomic(runPaths.launch(path), record);
  return left;
}

function withLaunch(resolved: ResolvedConfig, launch: LaunchConfig): ResolvedConfig {
  return {...resolved, config: {...resolved.config, launch}};
}

/** Works while nobody else submits the run. Throws a UserError where it is under way, in whatever way. */
export async function whileSubmitting<T>(run: string, scheduler: Scheduler, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(runPaths.submitLock(run));
  if (!lock.held) throw runBusy(run, lock.holder);
  try {
    const owner = await lockHolder(runPaths.ownerLock(run));
    if (owner !== null) throw runBusy(run, owner);
    const [single] = await findSingleStages(run);
    if (single) throw runBusy(run, single.holder);
    await requireEnded(run, scheduler);
    return await work();
  } finally {
    await lock.release();
  }
}
