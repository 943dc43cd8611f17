import {schedulers} from '../launch/launchers.ts';
import {refreshQueues} from '../store/run/launched/refreshQueues.ts';
import {warn} from './terminal.ts';

/** Seconds: who types the same command again wants to see what has changed. */
const justNow = 5;

/** Looks how the jobs of runs go before these are shown; says so where their scheduler does not answer. Nothing for runs without jobs. */
export async function refreshJobs(runs: readonly string[], maxAge = justNow): Promise<void> {
  const error = await refreshQueues(runs, schedulers.slurm, {maxAge});
  if (error !== null) warn(`warning: the queue is shown as it was seen last. ${error.line}`);
}
