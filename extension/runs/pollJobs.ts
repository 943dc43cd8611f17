import * as vscode from 'vscode';
import type {Log} from '../log.ts';
import {isActiveRun} from './run.ts';
import type {Runs} from './runs.ts';

/** How often it is seen whether anything is due; windows and shells that look at the same runs share their answers. */
const tickMilliseconds = 5000;
/** Seconds between two questions to a scheduler, for all runs at once: while the window is looked at, and while it is not. */
const [watched, unwatched] = [15, 60];

/** Asks the scheduler how the jobs of launched runs go while there are any. Nothing is asked in a workspace that is not trusted. */
export function pollJobs(runs: Runs, log: Log): vscode.Disposable {
  let isAsking = false;
  let last = '';
  const ask = async () => {
    const launched = runs.all().filter((run) => isActiveRun(run) && run.state?.launched === true);
    if (launched.length === 0 || isAsking || !vscode.workspace.isTrusted) return;
    isAsking = true;
    try {
      const {refreshQueues} = await import('../../trainer/store/run/launched/refreshQueues.ts');
      const {schedulers} = await import('../../trainer/launch/launchers.ts');
      const paths = launched.map(({path}) => path);
      const maxAge = vscode.window.state.focused ? watched : unwatched;
      const error = await refreshQueues(paths, schedulers.slurm, {maxAge});
      // Once, not with every question of an hour in which the controller is away.
      if (error !== null && error.line !== last) log.warn(error.line);
      last = error?.line ?? '';
    } finally {
      isAsking = false;
    }
  };
  const report = (error: unknown) => log.error(`cannot look at jobs: ${String(error)}`);
  const timer = setInterval(() => void ask().catch(report), tickMilliseconds);
  return {dispose: () => clearInterval(timer)};
}
