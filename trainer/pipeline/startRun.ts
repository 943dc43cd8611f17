import {resolve} from 'node:path';
import type {RunEvent} from '../contract/events.ts';
import type {ResolvedConfig} from '../contract/pipeline.ts';
import {probeEngine} from '../launch/probeEngine.ts';
import {writeJsonAtomic} from '../store/jsonFile.ts';
import {createRun, type RunFolder} from '../store/runFolder.ts';
import {planProcesses} from './processPlan.ts';
import {RunOwner} from './runOwner.ts';
import {runPaths} from './runPaths.ts';
import type {PlannedStage} from './stagePlan.ts';
import {toolVersion} from './toolVersion.ts';
import {trainerEntry} from './trainerEntry.ts';

/** Makes the folder of a new run. The engine is probed first, so that an unhealthy one is told before any work begins. */
export async function createRunOf(configFile: string, resolved: ResolvedConfig): Promise<RunFolder> {
  const {config, folder} = resolved;
  const {reason: _, ...engine} = await probeEngine(trainerEntry(), config.engine);
  const run = await createRun(resolve(folder, config.output), config.name, {
    tool: toolVersion(),
    created: new Date().toISOString(),
    config: configFile,
    engine,
  });
  await writeJsonAtomic(runPaths.config(run.path), resolved);
  return run;
}

/** Carries out the stages of a run that are not done yet. */
export async function carryOut(
  run: RunFolder,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
  onEvent: (event: RunEvent) => void,
): Promise<'done' | 'stopped'> {
  const {parallel, engine} = planProcesses(resolved.config.engine, run.record.engine, stages.length);
  return new RunOwner({run: run.path, stages, parallel, engine, onEvent}).carryOut();
}
