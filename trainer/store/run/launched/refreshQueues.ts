import {UserError} from '../../../contract/errors.ts';
import {phaseOfJob, type QueueRecord, type SeenJob} from '../../../contract/launch/seenJob.ts';
import {writeJsonAtomic} from '../../files/jsonFile.ts';
import {runPaths} from '../runPaths.ts';
import {launchedJobs, readLaunch, readQueue} from './launchedRun.ts';
import {launchedStages, type LaunchedStage} from './launchedStages.ts';

/** What is asked of a scheduler to know how jobs go. */
export interface JobLister {
  look(): Promise<SeenJob[]>;
  past(ids: readonly string[]): Promise<SeenJob[]>;
}

/** Seconds for which what somebody saw is good enough for the others. */
const shared = 15;

/** A run with jobs that may still go on. */
interface OpenRun {
  readonly run: string;
  readonly launch: string;
  readonly stages: readonly LaunchedStage[];
  readonly queue: QueueRecord | null;
}

/**
 * Notes in the folders of runs how their jobs go, by one question to the scheduler for all; none where all were asked about a moment ago, or
 * have no jobs. Returns the error where the scheduler does not answer: then what was known stays, and no run has failed by that.
 * @param maxAge seconds
 */
export async function refreshQueues(
  runs: readonly string[],
  lister: JobLister,
  {maxAge = shared, now = Date.now() / 1000} = {},
): Promise<UserError | null> {
  const open = (await Promise.all(runs.map(openRun))).filter((run) => run !== null);
  if (open.every(({queue}) => queue !== null && Math.abs(now - queue.looked) < maxAge)) return null;
  try {
    const seen = new Map((await lister.look()).map((job) => [job.id, job]));
    const gone = open.flatMap(({stages, queue}) => unlisted(stages, seen, queue));
    const past = new Map((gone.length === 0 ? [] : await lister.past(gone)).map((job) => [job.id, job]));
    await Promise.all(open.map((run) => note(run, seen, past, now)));
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** Null for a run without jobs, or all of whose stages are done. */
async function openRun(run: string): Promise<OpenRun | null> {
  const record = await readLaunch(run).catch(() => null);
  if (record === null) return null;
  const stages = await launchedStages(run, record);
  if (stages.every(({state}) => state === 'done')) return null;
  return {run, launch: record.id, stages, queue: await readQueue(run, record.id)};
}

/** Jobs whose end nobody has seen. */
function unlisted(stages: readonly LaunchedStage[], seen: ReadonlyMap<string, SeenJob>, queue: QueueRecord | null) {
  const ended = new Set(endedJobs(queue).map(({id}) => id));
  const open = stages.filter(({state}) => state !== 'done' && state !== 'failed');
  return open.flatMap(({job}) => (job === null || seen.has(job) || ended.has(job) ? [] : [job]));
}

/** A scheduler forgets ended jobs after some minutes. */
function endedJobs(queue: QueueRecord | null): SeenJob[] {
  return (queue?.jobs ?? []).filter((job) => ['failed', 'cancelled', 'ended'].includes(phaseOfJob(job)));
}

async function note(
  {run, launch, stages, queue}: OpenRun,
  seen: ReadonlyMap<string, SeenJob>,
  past: ReadonlyMap<string, SeenJob>,
  looked: number,
): Promise<void> {
  const before = new Map(endedJobs(queue).map((job) => [job.id, job]));
  const known = stages.flatMap(({job}) => (job === null ? [] : [seen.get(job) ?? before.get(job) ?? past.get(job)]));
  const unnumbered = (await launchedJobs(run, launch)).filter(({id}) => id === null).map(({name}) => name);
  const named = [...seen.values()].filter(({name}) => unnumbered.includes(name));
  const jobs = [...known, ...named].filter((job) => job !== undefined);
  const record: QueueRecord = {format: 1, launch, looked, jobs};
  await writeJsonAtomic(runPaths.queue(run), record).catch((error: unknown) => {
    // Who may only read the folder of a colleague's run has seen it anyway; a full disk is told by those who work.
    if (!(error instanceof UserError)) throw error;
  });
}
