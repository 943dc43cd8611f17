import {resolve} from 'node:path';
import type {EngineInfo} from '../contract/engineInfo.ts';
import {UserError} from '../contract/errors.ts';
import type {RunEvent} from '../contract/events.ts';
import type {PlanRecord, ResolvedConfig} from '../contract/pipeline.ts';
import {probeEngine} from '../launch/probeEngine.ts';
import {writeJsonAtomic} from '../store/jsonFile.ts';
import {createRun, type RunFolder} from '../store/runFolder.ts';
import {currentState, isActive} from '../store/runState.ts';
import {processesThatFit, trainingBytes} from './memoryEstimate.ts';
import {planProcesses} from './processPlan.ts';
import {RunOwner} from './runOwner.ts';
import {runPaths} from './runPaths.ts';
import type {PlannedStage} from './stagePlan.ts';
import {toolVersion} from './toolVersion.ts';
import {trainerEntry} from './trainerEntry.ts';

/**
 * Makes the folder of a new run. The engine is probed first, so that an unhealthy one is told before any work begins; `onEngine`
 * hears which one it is and why.
 */
export async function createRunOf(
  configFile: string,
  resolved: ResolvedConfig,
  onEngine: (engine: EngineInfo) => void,
): Promise<RunFolder> {
  const {config, folder} = resolved;
  const probed = await probeEngine(trainerEntry(), config.engine);
  onEngine(probed);
  const {reason: _, ...engine} = probed;
  const run = await createRun(resolve(folder, config.output), config.name, {
    tool: toolVersion(),
    created: new Date().toISOString(),
    config: configFile,
    engine,
  });
  await writeJsonAtomic(runPaths.config(run.path), resolved);
  return run;
}

/** Carries out the stages of a run that are not done yet. Throws a UserError when another process does so already. */
export async function carryOut(
  run: RunFolder,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
  onEvent: (event: RunEvent) => void,
): Promise<'done' | 'stopped'> {
  await requireIdle(run.path);
  const plan: PlanRecord = {stages: stages.map(({name}) => name)};
  await writeJsonAtomic(runPaths.plan(run.path), plan);
  const fit = resolved.baseFolder === null ? 1 : processesThatFit(await trainingBytes(resolved.baseFolder));
  const {parallel, engine} = planProcesses(resolved.config.engine, run.record.engine, {stages: stages.length, fit});
  return new RunOwner({run: run.path, stages, parallel, engine, onEvent}).carryOut();
}

async function requireIdle(run: string): Promise<void> {
  const state = await currentState(run);
  if (state === null || !isActive(state)) return;
  throw new UserError('run-busy', `Process ${state.pid} carries this run out already: it is ${state.state}.`, {
    where: run,
    hint: 'Wait for its end, or stop it with `deme stop`.',
  });
}
