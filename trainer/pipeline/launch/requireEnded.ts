import {UserError} from '../../contract/errors.ts';
import {schedulers} from '../../launch/launchers.ts';
import type {Scheduler} from '../../launch/scheduler.ts';
import {readLaunch} from '../../store/run/launched/launchedRun.ts';
import {refreshQueues} from '../../store/run/launched/refreshQueues.ts';
import {currentState, isActive} from '../../store/run/runState.ts';

/** Throws a UserError where jobs of a run wait or work, or where nobody can say so. Nothing for a run that has none. */
export async function requireEnded(run: string, scheduler: Scheduler = schedulers.slurm): Promise<void> {
  if ((await readLaunch(run)) === null) return;
  const error = await refreshQueues([run], scheduler, {maxAge: 0});
  const state = await currentState(run);
  if (state === null || !isActive(state)) return;
  if (error !== null) throw error;
  throw new UserError('run-busy', `Jobs of this run are in the queue or running: it is ${state.state}.`, {
    where: run,
    hint: 'Wait for their end, or stop it with `deme stop`.',
  });
}
