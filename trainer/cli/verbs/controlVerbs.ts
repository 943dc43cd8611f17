import {Option, type Command} from 'commander';
import type {LauncherName} from '../../contract/config/launchConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {ExtendedRate} from '../../contract/run/ownerMessages.ts';
import type {Extension} from '../../pipeline/owner/extendRun.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {currentState, isActive, type CurrentState} from '../../store/run/runState.ts';
import {action} from '../action.ts';
import {ask, notNow, requireActive} from '../activeRun.ts';
import {count, launcherOption} from '../arguments.ts';
import {defaultOutput, findRun, outputText} from '../findRun.ts';
import type {ExitCode, OutputOptions} from '../outcome.ts';
import {refreshJobs} from '../refreshJobs.ts';
import {extendAndFollow, resumeRun} from '../view/followRun.ts';
import {resumeLost} from './resumeLost.ts';
import {addStopVerb} from './stopVerb.ts';

interface ControlOptions extends OutputOptions {
  output: string;
  launcher?: LauncherName;
}

/** Verbs that control a run, wherever it was started. */
export function addControlVerbs(deme: Command): void {
  addStopVerb(deme);
  addPauseVerb(deme);
  addResumeVerb(deme);
  addExtendVerb(deme);
}

function addResumeVerb(deme: Command): void {
  const command = deme
    .command('resume [run]')
    .description('go on with a paused, stopped, failed or lost run')
    .option('--all', 'go on with every lost run, as after a restart of the machine')
    .addOption(launcherOption())
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
    .addOption(
      new Option(
        '--learning-rate <choice>',
        'where the schedule would raise it: keep that of the last update, or follow the schedule',
      ).choices(ExtendedRate.options),
    )
    .addOption(launcherOption())
    .option('--output <folder>', outputText, defaultOutput);
  action(command, async (text: string, options: ControlOptions & Extension) => {
    const run = await findRun(text, options.output);
    await refreshJobs([run.path]);
    return extendAndFollow(run, options, options);
  });
}

function addPauseVerb(deme: Command): void {
  const command = deme
    .command('pause <run>')
    .description('have a run wait, with its memory kept')
    .option('--output <folder>', outputText, defaultOutput);
  action(command, async (text: string, options: ControlOptions) => {
    const run = await findRun(text, options.output);
    await refreshJobs([run.path], 0);
    return pause(run, await currentState(run.path), options);
  });
}

async function pause(run: RunFolder, state: CurrentState | null, options: ControlOptions): Promise<ExitCode> {
  // A newer request replaces an older one, so this would call off the stop.
  if (requireActive(run, state).state === 'stopping') throw notNow(run, 'is stopping already');
  return ask(run, 'pause', options, 'waits after its next update');
}

async function resume(run: RunFolder, options: ControlOptions): Promise<ExitCode> {
  await refreshJobs([run.path], 0);
  const state = await currentState(run.path);
  if (state === null || !isActive(state)) {
    if (state?.state === 'done') throw notNow(run, 'is done', 'Other stages: `deme run CONFIG --resume RUN`.');
    return resumeRun(run, options);
  }
  if (state.state === 'paused') return ask(run, 'resume', options, 'goes on');
  throw notNow(run, state.state === 'stopping' ? 'is stopping; wait for its end' : 'is running already');
}
