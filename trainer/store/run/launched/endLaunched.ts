import {requestControl} from '../runState.ts';
import {readLaunch} from './launchedRun.ts';
import {launchedStages} from './launchedStages.ts';

/** What is asked of a scheduler to end jobs. */
export interface JobEnder {
  cancel(ids: readonly string[], onlyWaiting?: boolean): Promise<void>;
  signal(ids: readonly string[], signal: string): Promise<void>;
}

/**
 * Ends a run whose stages are jobs, from any machine. The request in the run folder is the mark by which no job of it puts itself back into the
 * queue, and those that begin all the same end at once. Jobs that wait are cancelled; those that run write their checkpoints first, unless
 * `now`. Returns how many there were; null for a run without jobs. Throws a UserError where the scheduler does not answer.
 */
export async function endLaunched(run: string, ender: JobEnder, {now = false} = {}): Promise<number | null> {
  const record = await readLaunch(run);
  if (record === null) return null;
  await requestControl(run, now ? 'kill' : 'stop');
  const open = (await launchedStages(run, record)).filter(({state}) => state === 'queued' || state === 'running');
  const ids = [...new Set(open.flatMap(({job}) => (job === null ? [] : [job])))];
  if (ids.length > 0) await ender.cancel(ids, !now);
  const running = [...new Set(open.flatMap(({state, job}) => (state === 'running' && job !== null ? [job] : [])))];
  if (!now && running.length > 0) await ender.signal(running, record.launch.signal.split('@', 1)[0] ?? 'USR2');
  return ids.length;
}
