import {setTimeout as wait} from 'node:timers/promises';
import type {Command} from 'commander';
import {unfinishedWork} from '../../pipeline/owner/work.ts';
import {NewEvents} from '../../store/run/launched/newEvents.ts';
import type {RunFolder} from '../../store/run/runFolder.ts';
import {currentState, isActive, type CurrentState} from '../../store/run/runState.ts';
import {action} from '../action.ts';
import {notNow} from '../activeRun.ts';
import {defaultOutput, findRun, outputText} from '../findRun.ts';
import {refreshJobs} from '../refreshJobs.ts';
import type {ExitCode, OutputOptions} from '../outcome.ts';
import {stoppable} from '../stoppable.ts';
import {printLines} from '../terminal.ts';
import {jsonView, textView, type ProgressView} from '../view/progressView.ts';
import {runStatus} from '../view/runStatus.ts';
import {summaryLines} from '../view/runSummary.ts';

/** Milliseconds between two looks at the log. */
const interval = 500;
/** Seconds between two questions to a scheduler. */
const lookEvery = 15;

/** `deme watch`: what `deme run` shows, of a run that another process carries out on any machine that shares the folder. */
export function addWatchVerb(deme: Command): void {
  const command = deme
    .command('watch <run>')
    .description('show how a run goes that was started elsewhere; Ctrl+C ends the watching, not the run')
    .option('--output <folder>', outputText, defaultOutput);
  action(command, async (text: string, options: OutputOptions & {output: string}) =>
    watch(await findRun(text, options.output), options),
  );
}

async function watch(run: RunFolder, {json = false}: OutputOptions): Promise<ExitCode> {
  await refreshJobs([run.path], 0);
  const state = await currentState(run.path);
  if (state === null) throw notNow(run, 'has not started');
  const view = json ? jsonView(process.stdout) : textView(process.stdout);
  const goesOn = `The run ${run.record.id} goes on without being watched.`;
  const last = await stoppable(goesOn, (signal) => follow(run.path, state, view, signal)).finally(() => view.close());
  return showEnd(run, last, json);
}

/** Shows all events so far and those that come, until no process carries the run out any more. */
async function follow(
  run: string,
  begun: CurrentState,
  view: ProgressView,
  signal: AbortSignal,
): Promise<CurrentState> {
  let state = begun;
  const news = new NewEvents(run);
  for (;;) {
    for (const event of await news.read()) view.show(event);
    if (!isActive(state)) return state;
    const status = runStatus(state);
    if (status !== null) view.say(status);
    await wait(interval);
    signal.throwIfAborted();
    await refreshJobs([run], lookEvery);
    // Before the events are read, so that those which the run wrote at its end are shown.
    state = (await currentState(run)) ?? state;
  }
}

async function showEnd(run: RunFolder, {state, error}: CurrentState, json: boolean): Promise<ExitCode> {
  const isDone = state === 'done';
  if (!json && (isDone || state === 'stopped')) {
    const {stages} = await unfinishedWork(run);
    printLines(await summaryLines(run, state, stages));
  } else if (!json) {
    const what =
      state === 'lost' ? 'is lost: its process is gone' : `has failed: ${error?.message ?? 'it does not say why'}`;
    const hint = error?.hint === undefined ? '' : ` ${error.hint}`;
    printLines([`The run ${run.record.id} ${what}${hint}`, `It goes on with: deme resume ${run.record.id}`]);
  }
  return isDone ? 0 : state === 'stopped' ? 130 : 1;
}
