import {setTimeout as wait} from 'node:timers/promises';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {ownIdentity} from '../../store/run/processIdentity.ts';
import {takeLock} from '../../store/run/processLock.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {RunJournal} from '../../store/run/runJournal.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {writeState} from '../../store/run/runState.ts';
import {finishedStages, settledStages} from '../graph/finishedStages.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';
import {findSingleStages} from '../owner/orphans.ts';
import {publishReport} from '../owner/work.ts';

/** Milliseconds for other jobs that have just written their records to give up their locks. */
const patience = 20_000;

/**
 * After the last stage of a launched run: brings the events of all its jobs into the log of the run, and with them its curves, and copies the
 * report to where the config says. Nothing where stages are left, or where another process does the same.
 */
export async function gatherRun(
  run: RunFolder,
  resolved: ResolvedConfig,
  stages: readonly PlannedStage[],
): Promise<void> {
  const settled = settledStages(stages, (await finishedStages(run.path, stages)).keys());
  if (!stages.every(({name}) => settled.has(name))) return;
  const lock = await takeLock(runPaths.ownerLock(run.path));
  if (!lock.held) return;
  try {
    const begun = performance.now();
    while ((await findSingleStages(run.path)).length > 0 && performance.now() - begun < patience) await wait(500);
    const journal = await RunJournal.open(run.path);
    await journal.adoptSingleStages();
    journal.append({type: 'done', stage: 'run'});
    journal.close();
    const heartbeat = Date.now() / 1000;
    await writeState(run.path, {state: 'done', ...(await ownIdentity()), heartbeat, stage: '', progress: 1});
    if (stages.some(({stage}) => stage.kind === 'report')) await publishReport(run, resolved);
  } finally {
    await lock.release();
  }
}
