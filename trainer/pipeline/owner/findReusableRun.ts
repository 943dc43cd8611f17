import {basename, join, resolve} from 'node:path';
import type {DemeConfig} from '../../contract/config/config.ts';
import {UserError} from '../../contract/errors.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import {currentState, isActive} from '../../store/run/runState.ts';
import {differentSections} from '../graph/configDifference.ts';
import {finishedStages, requireNeeds} from '../graph/finishedStages.ts';
import {readResolved, type Wanted} from './work.ts';

/**
 * The newest run of the same settings in which the wanted stages can run: it is idle, and what they need is done. Null
 * where there is none. Throws a UserError where they are all done already in such a run: the same settings give the same result. Runs that
 * cannot be read go to `onUnreadable` and are left out.
 */
export async function findReusableRun(
  wanted: Wanted,
  onUnreadable: (error: UserError) => void = () => undefined,
): Promise<RunFolder | null> {
  const {folder, config} = wanted.resolved;
  const runs = await listRuns(resolve(folder, config.output), onUnreadable);
  for (const run of runs.reverse()) {
    if (!(await isOfSameSettings(run, wanted)) || !(await isIdle(run))) continue;
    const finished = await finishedStages(run.path, wanted.stages);
    if (wanted.stages.every(({name}) => finished.has(name))) throw alreadyDone(run);
    if (meetsNeeds(wanted, finished)) return run;
  }
  return null;
}

/** Whether a run was made from this config file, and would be made so again. `known`: its own config, where that was read already. */
export async function isOfSameSettings(
  run: RunFolder,
  {configFile, resolved}: Pick<Wanted, 'configFile' | 'resolved'>,
  known?: ResolvedConfig,
): Promise<boolean> {
  if (basename(run.record.config) !== basename(configFile)) return false;
  const own = known ?? (await readResolved(run).catch(() => null)); // A run that cannot be read is not continued.
  if (own === null || join(own.folder) !== join(resolved.folder)) return false;
  return differentSections(resolved.config, own.config).length === 0;
}

/** Whether a run has the engine that a config asks for. */
export function isOfEngine({record}: RunFolder, {engine: {name}}: Pick<DemeConfig, 'engine'>): boolean {
  return name === 'auto' || name === record.engine.name;
}

async function isIdle({path}: RunFolder): Promise<boolean> {
  const state = await currentState(path);
  return state !== null && !isActive(state);
}

function meetsNeeds({stages}: Wanted, finished: ReadonlyMap<string, unknown>): boolean {
  try {
    requireNeeds(stages, new Set(finished.keys()));
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

function alreadyDone({path, record}: RunFolder): UserError {
  return new UserError('already-done', `The run ${record.id} has done this with the same settings.`, {
    where: path,
    hint: 'Change a setting, or run the whole pipeline again.',
  });
}
