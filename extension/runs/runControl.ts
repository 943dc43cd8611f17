import type {ControlCommand} from '../../trainer/store/run/runState.ts';
import type {Run} from './run.ts';

/** Has a run write its checkpoints and end. */
export async function stopAtCheckpoint(run: Run): Promise<void> {
  await request(run, ['running', 'paused', 'queued'], 'stop', 'can be stopped');
  await endJobs(run, false);
}

/** Has a run wait after its next update, with its memory kept. */
export async function pause(run: Run): Promise<void> {
  await request(run, ['running'], 'pause', 'can be paused');
}

/** Has a paused run go on. */
export async function unpause(run: Run): Promise<void> {
  await request(run, ['paused'], 'resume', 'can go on');
}

/** Ends a run at once: asks its owner, and ends the owner's whole process tree after the grace time. Returns how it ended. */
export async function stopNow(run: Run, graceSeconds: number): Promise<'asked' | 'killed'> {
  await request(run, ['running', 'paused', 'stopping', 'queued'], 'kill', 'can be stopped');
  if (await endJobs(run, true)) return 'asked';
  const {endRun} = await import('../../trainer/store/run/endRun.ts');
  const {killTree} = await import('../../trainer/launch/killTree.ts');
  return endRun(run.path, graceSeconds, killTree);
}

/** Cancels the jobs of a run; false for one that has none. */
async function endJobs({path}: Run, now: boolean): Promise<boolean> {
  const {endLaunched} = await import('../../trainer/store/run/launched/endLaunched.ts');
  const {schedulers} = await import('../../trainer/launch/launchers.ts');
  return (await endLaunched(path, schedulers.slurm, {now})) !== null;
}

async function request(run: Run, states: readonly string[], command: ControlCommand, what: string): Promise<void> {
  const {currentState, requestControl} = await import('../../trainer/store/run/runState.ts');
  const state = await currentState(run.path);
  if (state === null || !states.includes(state.state)) {
    const {UserError} = await import('../../trainer/contract/errors.ts');
    const now = state === null ? 'has not started' : `is ${state.state}`;
    throw new UserError('run-state', `${run.record.id} ${now}; only a run that is ${states.join(' or ')} ${what}.`);
  }
  await requestControl(run.path, command);
}
