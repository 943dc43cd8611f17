import * as vscode from 'vscode';
import {DisposableStore} from './disposable.ts';
import {launchedStagesOf} from './runs/launchedStagesOf.ts';
import {isOnPath} from './isOnPath.ts';
import {isActiveRun, isResumable} from './runs/run.ts';
import type {Studio} from './studio.ts';

/** Keeps the context keys by which commands are enabled. */
export function registerContextKeys({
  runs,
  configs,
  queue,
  studies,
}: Pick<Studio, 'runs' | 'configs' | 'queue' | 'studies'>): vscode.Disposable {
  const owned = new DisposableStore();
  const known = new Map<string, boolean>();
  const hasSbatch = isOnPath('sbatch');
  const set = (key: string, value: boolean) => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = () => {
    const all = runs.all();
    set('deme.hasRuns', all.length > 0);
    set('deme.hasActiveRuns', all.some(isActiveRun));
    set(
      'deme.hasRunningRuns',
      all.some(({state}) => state?.state === 'running'),
    );
    set(
      'deme.hasResumableRuns',
      all.some((run) => run.state?.state === 'paused' || isResumable(run)),
    );
    set(
      'deme.hasReports',
      all.some(({report}) => report !== null),
    );
    set(
      'deme.hasLaunchedJobs',
      all.some((run) => launchedStagesOf(run).length > 0),
    );
    set('deme.hasSlurm', hasSbatch || all.some(({config}) => config.config.launch !== undefined));
    set('deme.hasConfigs', configs.all().length > 0);
    set('deme.hasStudies', studies.all().length > 0);
    set(
      'deme.hasJobs',
      queue.all().some(({state}) => state !== 'running'),
    );
  };
  owned.add(runs.onDidChange(update));
  owned.add(runs.onDidChangeList(update));
  owned.add(configs.onDidChange(update));
  owned.add(queue.onDidChange(update));
  owned.add(studies.onDidChange(update));
  update();
  return owned;
}
