import {join, resolve} from 'node:path';
import type {LaunchConfig} from '../../contract/config/launchConfig.ts';
import {takeLock} from '../../store/run/processLock.ts';
import {listRuns, type RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {resultSettings} from '../graph/configDifference.ts';
import {finishedStages} from '../graph/finishedStages.ts';
import {isOfEngine, isOfSameSettings} from '../owner/findReusableRun.ts';
import {runBusy} from '../owner/startRun.ts';
import {readResolved, type Wanted, type Work} from '../owner/work.ts';
import {matrixGroups} from './jobGroups.ts';
import {beginLaunch, createLaunchedRun, newLaunchId, schedulerOf} from './launchRun.ts';
import {requireTime} from './requireTime.ts';
import {shareStages} from './sharedStages.ts';
import {submitGroups, type SubmittedGroup} from './submitGroups.ts';

/** The newest run of the same settings and engine for each that is wanted; null where there is none. */
export async function findRuns(wanted: readonly Wanted[]): Promise<(RunFolder | null)[]> {
  const outputs = new Set(wanted.map(({resolved: {folder, config}}) => resolve(folder, config.output)));
  const known = (await Promise.all([...outputs].map((output) => listRuns(output, () => undefined)))).flat().reverse();
  const configs = new Map(
    await Promise.all(known.map(async (run) => [run, await readResolved(run).catch(() => null)] as const)),
  );
  const found: (RunFolder | null)[] = [];
  for (const each of wanted) {
    const {config} = each.resolved;
    const candidates = known.filter(
      (run) => run.record.name === config.name && isOfEngine(run, config) && configs.get(run) !== null,
    );
    let fitting: RunFolder | null = null;
    for (const run of candidates) {
      if (fitting === null && (await isOfSameSettings(run, each, configs.get(run) ?? undefined))) fitting = run;
    }
    found.push(fitting);
  }
  return found;
}

/**
 * Submits the stages of many runs that are not done: each that several would make alike once, and all of a kind as one array. A run takes over
 * what another has done when its own stages begin. Of the same settings there is one run, however often it is wanted.
 * @param found the run of each that was begun before; null: a new one is made
 * @param out folder of the scripts
 */
export async function launchMatrix(
  wanted: readonly Wanted[],
  found: readonly (RunFolder | null)[],
  launch: LaunchConfig,
  out: string,
): Promise<SubmittedGroup[]> {
  const scheduler = schedulerOf(launch);
  for (const {stages} of wanted) requireTime(launch, stages);
  const begun = new Map<string, Work>();
  for (const [i, each] of wanted.entries()) {
    const {resolved, stages} = each;
    const settings = `${resolved.config.engine.name} ${resultSettings(resolved.config)}`;
    if (begun.has(settings)) continue;
    begun.set(settings, {run: found[i] ?? (await createLaunchedRun(each, launch)), resolved, stages, reuse: false});
  }
  // With the engine `auto` and with the one that it has become, a run is the same too.
  const works = [...new Map([...begun.values()].map((work) => [work.run.path, work])).values()];
  const runs = works.map(({run}) => run);
  return whileAllLocked(runs, async () => {
    const cells = await Promise.all(
      works.map(async ({run: {path}, resolved, stages}) => {
        const finished = new Set((await finishedStages(path, stages)).keys());
        return {run: path, resolved, stages, finished};
      }),
    );
    const id = newLaunchId();
    const shared = shareStages(cells);
    await Promise.all(works.map((work, i) => beginLaunch(work, {id, launch, shared: shared[i]?.shared ?? {}})));
    return submitGroups({id, groups: matrixGroups(shared, launch), launch, folder: join(out, 'jobs'), scheduler});
  });
}

async function whileAllLocked<T>(runs: readonly RunFolder[], work: () => Promise<T>): Promise<T> {
  const locks = await Promise.all(runs.map(({path}) => takeLock(runPaths.submitLock(path))));
  try {
    const at = locks.findIndex((lock) => !lock.held);
    const busy = locks[at];
    if (busy && !busy.held) throw runBusy(runs[at]?.path ?? '', busy.holder);
    return await work();
  } finally {
    for (const lock of locks) if (lock.held) await lock.release();
  }
}
