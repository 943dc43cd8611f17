import {setTimeout as wait} from 'node:timers/promises';
import {UserError} from '../../contract/errors.ts';
import type {ProcessIdentity} from '../../contract/run/processIdentity.ts';
import {isHere} from './processIdentity.ts';
import {currentState, isActive, requestControl} from './runState.ts';

const pollMilliseconds = 200;

/**
 * Ends a run at once: asks its owner, and after the grace time has `kill` end the owner's whole process tree. The request stays in the run
 * folder as a mark that the user wanted this. Returns how it ended. Throws a UserError for an owner on another machine that does not
 * react.
 * @param now milliseconds of a clock that never jumps
 */
export async function endRun(
  run: string,
  graceSeconds: number,
  kill: (pid: number) => Promise<void>,
  now: () => number = () => performance.now(),
): Promise<'asked' | 'killed'> {
  await requestControl(run, 'kill');
  for (const end = now() + graceSeconds * 1000; now() < end; await wait(pollMilliseconds)) {
    if ((await livingOwner(run)) === null) return 'asked';
  }
  // Looked up again: by now the number of an owner that has ended may belong to another process.
  const owner = await livingOwner(run);
  if (owner === null) return 'asked';
  if (!isHere(owner)) throw elsewhere(run, owner);
  await requestControl(run, 'kill');
  await kill(owner.pid);
  return 'killed';
}

async function livingOwner(run: string): Promise<ProcessIdentity | null> {
  const state = await currentState(run);
  return state !== null && isActive(state) ? state : null;
}

function elsewhere(run: string, {pid, host}: ProcessIdentity): UserError {
  return new UserError('run-elsewhere', `Process ${pid} on ${host} owns the run and does not react.`, {
    where: run,
    hint: 'End it there.',
  });
}
