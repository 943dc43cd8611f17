import type {Command} from 'commander';
import {UserError} from '../contract/errors.ts';
import type {RunFolder} from '../store/runFolder.ts';
import {currentState, isActive, requestControl, type ControlCommand, type CurrentState} from '../store/runState.ts';
import {action} from './action.ts';
import {count} from './arguments.ts';
import {defaultOutput, findRun} from './findRun.ts';
import {printResult, type ExitCode, type OutputOptions} from './outcome.ts';
import {extendAndFollow, resumeRun} from './followRun.ts';
import {resumeLost} from './resumeLost.ts';

const outputText = 'folder of the runs, for a run given by its name';

interface ControlOptions extends OutputOptions {
  output: string;
}

/** Verbs that tell a run what to do, whoever started it. */
export function addControlVerbs(deme: Command): void {
  addControlVerb(deme, 'stop', 'have a run write its checkpoints and end', stop);
  addControlVerb(deme, 'pause', 'have a run wait, with its memory kept', pause);
  addResumeVerb(deme);
  addExtendVerb(deme);
}

function addResumeVerb(deme: Command): void {
  const command = deme
    .command('resume [run]')
    .description('go on with a paused, stopped, failed or lost run')
    .option('--all', 'go on with every lost run, as after a restart of the machine')
    .option('--output <folder>', outputText, defaultOutput);
  action(command, async (text: string | undefined, options: ControlOptions & {all?: boolean}) => {
    if ((text === undefined) !== (options.all === true)) {
      throw new UserError('argument-missing', 'Give either a run or --all.', {hint: '`deme runs` lists the runs.'});
    }
    return text === undefined ? resumeLost(options) : resume(await findRun(text, options.output), options);
  });
}

function addExtendVerb(deme: Command): void {
  const command = deme
    .command('extend <run>')
    .description('train longer: go on from the checkpoints of a run, and make again all that follows')
    .requiredOption('--updates <number>', 'updates of each training in all', count)
    .option('--output <folder>', outputText, defaultOutput);
  action(command, async (text: string, options: ControlOptions & {updates: number}) =>
    extendAndFollow(await findRun(text, options.output), options.updates, options),
  );
}

type Control = (run: RunFolder, state: CurrentState | null, options: ControlOptions) => Promise<ExitCode>;

function addControlVerb(deme: Command, name: string, description: string, control: Control): void {
  const command = deme
    .command(`${name} <run>`)
    .description(description)
    .option('--output <folder>', outputText, defaultOutput);
  action(command, async (text: string, options: ControlOptions) => {
    const run = await findRun(text, options.output);
    return control(run, await currentState(run.path), options);
  });
}

async function stop(run: RunFolder, state: CurrentState | null, options: ControlOptions): Promise<ExitCode> {
  requireActive(run, state);
  return request(run, 'stop', options, 'stops at its next checkpoint');
}

async function pause(run: RunFolder, state: CurrentState | null, options: ControlOptions): Promise<ExitCode> {
  // A newer request replaces an older one, so this would call off the stop.
  if (requireActive(run, state).state === 'stopping') throw notNow(run, 'is stopping already');
  return request(run, 'pause', options, 'waits after its next update');
}

async function resume(run: RunFolder, options: ControlOptions): Promise<ExitCode> {
  const state = await currentState(run.path);
  if (state === null || !isActive(state)) {
    if (state?.state === 'done') throw notNow(run, 'is done', 'Other stages: `deme run CONFIG --resume RUN`.');
    return resumeRun(run, options);
  }
  if (state.state === 'paused') return request(run, 'resume', options, 'goes on');
  throw notNow(run, state.state === 'stopping' ? 'is stopping; wait for its end' : 'is running already');
}

function requireActive(run: RunFolder, state: CurrentState | null): CurrentState {
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

function notNow({path, record}: RunFolder, what: string, hint?: string): UserError {
  return new UserError('run-state', `The run ${record.id} ${what}.`, {where: path, hint});
}

async function request(
  {path, record}: RunFolder,
  command: ControlCommand,
  options: OutputOptions,
  effect: string,
): Promise<ExitCode> {
  await requestControl(path, command);
  printResult(options, {run: path, id: record.id, command}, [`${record.id} ${effect}.`]);
  return 0;
}
