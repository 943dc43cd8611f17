import type {LauncherName} from '../../trainer/contract/config/launchConfig.ts';
import {isResumable} from '../runs/run.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {resumeRun} from './runCommands.ts';
import {startWork} from './startCommands.ts';
import {namedRun} from './targets.ts';

/** Commands that say where a pipeline runs, whatever its config says. */
export const launcherCommands: Readonly<Record<string, Handler>> = {
  'deme.runHere': (studio, ...args) => runBy(studio, args, 'local'),
  'deme.runOnSlurm': (studio, ...args) => runBy(studio, args, 'slurm'),
};

/** Goes on with the run of a row that has ended early; else begins a new one of the config that is meant. */
async function runBy(studio: Studio, args: readonly unknown[], launcher: LauncherName): Promise<void> {
  requireTrust();
  const run = namedRun(studio, args);
  if (run !== undefined && isResumable(run)) return resumeRun(run, studio, launcher);
  const where = launcher === 'local' ? 'here' : 'on Slurm';
  return startWork(studio, args, {kind: 'pipeline'}, {title: (name) => `Run ${name} ${where}`, launcher});
}
