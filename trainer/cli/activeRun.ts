import {UserError} from '../contract/errors.ts';
import type {RunFolder} from '../store/run/runFolder.ts';
import {isActive, requestControl, type ControlCommand, type CurrentState} from '../store/run/runState.ts';
import {printResult, type ExitCode, type OutputOptions} from './outcome.ts';

/** The state of a run that a process executes. Throws a UserError for any other. */
export function requireActive(run: RunFolder, state: CurrentState | null): CurrentState {
  if (state !== null && isActive(state)) return state;
  throw notNow(run, `is not running: it ${ended[state?.state ?? 'new'] ?? 'has ended'}`);
}

const ended: Readonly<Record<string, string>> = {
  new: 'has not started',
  stopped: 'was stopped',
  failed: 'has failed',
  done: 'is done',
  lost: 'is lost, its process is gone',
};

/** The error of a verb that the state of a run does not allow, as in `The run digits-1 is done.` */
export function notNow({path, record}: RunFolder, what: string, hint?: string): UserError {
  return new UserError('run-state', `The run ${record.id} ${what}.`, {where: path, hint});
}

/** Asks the owner of a run to do something, and says so. */
export async function ask(
  {path, record}: RunFolder,
  command: ControlCommand,
  options: OutputOptions,
  effect: string,
): Promise<ExitCode> {
  await requestControl(path, command);
  printResult(options, {run: path, id: record.id, command}, [`${record.id} ${effect}.`]);
  return 0;
}
