import {UserError} from '../../contract/errors.ts';
import type {CancelledStages, CancelRecord} from '../../contract/launch/cancelRecord.ts';
import type {Scheduler} from '../../launch/scheduler.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {readLaunch} from '../../store/run/launched/launchedRun.ts';
import {launchedStages, type LaunchedStage} from '../../store/run/launched/launchedStages.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {allStages, type StageNode} from '../graph/stagePlan.ts';
import {readResolved} from '../owner/work.ts';
import {makeFolders} from '../../store/files/makeFolders.ts';

const isOpen = ({state}: LaunchedStage) => state === 'queued' || state === 'running';

/**
 * Cancels stages of a launched run, and with them those that need them; the others go on. What waits leaves the queue; what runs writes a
 * checkpoint first, unless `now`. The marks in the run folder come first: by them no job puts itself back into the queue, and a job of several
 * stages leaves out those that were cancelled, within ten seconds. Throws a UserError for stages that neither wait nor run.
 */
export async function cancelStages(
  run: RunFolder,
  names: readonly string[],
  scheduler: Pick<Scheduler, 'cancel' | 'signal'>,
  {now = false} = {},
): Promise<CancelledStages> {
  const record = await readLaunch(run.path);
  if (record === null) {
    throw new UserError('not-launched', `The stages of ${run.record.id} are no jobs of a scheduler.`, {
      where: run.path,
      hint: 'Stop the run as a whole with `deme stop`.',
    });
  }
  const launched = await launchedStages(run.path, record);
  const open = launched.filter(isOpen);
  for (const name of names) requireOpen(run, name, launched);
  const planned = allStages((await readResolved(run)).config);
  const because = new Map<string, string | null>(names.map((name) => [name, null]));
  for (const name of names) {
    for (const needing of dependentsOf(name, planned)) if (!because.has(needing)) because.set(needing, name);
  }
  const going = open.filter(({stage}) => because.has(stage));
  // No job may have begun yet.
  makeFolders(runPaths.stages(run.path));
  for (const {stage} of going) {
    const mark: CancelRecord = {format: 1, because: because.get(stage) ?? null};
    await writeJsonAtomic(runPaths.stageCancel(run.path, stage), mark);
  }
  const kept = new Set(open.filter(({stage}) => !because.has(stage)).map(({job}) => job));
  const whole = going.filter(({job}) => !kept.has(job));
  const waiting = jobsOf(whole);
  if (waiting.length > 0) await scheduler.cancel(waiting, !now);
  const running = jobsOf(whole.filter(({state}) => state === 'running'));
  const [signal = 'USR2'] = record.launch.signal.split('@');
  if (!now && running.length > 0) await scheduler.signal(running, signal);
  const shown = (some: readonly LaunchedStage[]) =>
    some.map(({stage, job, state}) => ({stage, job, isRunning: state === 'running'}));
  return {
    run: run.path,
    id: run.record.id,
    cancelled: shown(going.filter(({stage}) => names.includes(stage))),
    dependents: shown(going.filter(({stage}) => !names.includes(stage))),
  };
}

function requireOpen({path, record}: RunFolder, name: string, launched: readonly LaunchedStage[]): void {
  const found = launched.find(({stage}) => stage === name);
  if (found !== undefined && isOpen(found)) return;
  const open = launched.filter(isOpen).map(({stage}) => stage);
  throw new UserError(
    'stage-not-open',
    found === undefined
      ? `${record.id} has no job for ${name}.`
      : `${name} is ${found.state}: there is nothing to cancel.`,
    {where: path, hint: open.length === 0 ? 'No job of the run waits or runs.' : `Jobs have ${open.join(', ')}.`},
  );
}

/** All stages that need one, or need what needs it. */
function dependentsOf(name: string, planned: readonly StageNode[]): string[] {
  const found = new Set([name]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const {name: each, needs} of planned) if (needs.some((need) => found.has(need))) found.add(each);
  }
  found.delete(name);
  return [...found];
}

function jobsOf(stages: readonly LaunchedStage[]): string[] {
  return [...new Set(stages.flatMap(({job}) => (job === null ? [] : [job])))];
}
