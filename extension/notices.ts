import * as vscode from 'vscode';
import {notify} from './notify.ts';
import {isActiveRun, isResumable, type Run} from './runs/run.ts';
import {runStateText} from './runs/runText.ts';
import type {Runs} from './runs/runs.ts';
import {settings} from './settings.ts';
import type {Studio} from './studio.ts';

/** Shows a notice when a run that was seen active has finished, failed or was lost; not when it was stopped. */
export function registerNotices(studio: Pick<Studio, 'log' | 'openPanel'>, runs: Runs): vscode.Disposable {
  const active = new Set<string>(
    runs
      .all()
      .filter(isActiveRun)
      .map(({path}) => path),
  );
  return runs.onDidChange((run) => {
    if (isActiveRun(run)) active.add(run.path);
    else if (active.delete(run.path)) void showEnd(studio, run);
  });
}

async function showEnd({log, openPanel}: Pick<Studio, 'log' | 'openPanel'>, run: Run): Promise<void> {
  const {id} = run.record;
  const state = run.state?.state;
  const text = state === 'done' ? `${id} is done. ${await headlineText(run)}` : `${id}: ${runStateText(run)}`;
  log.info(text);
  const choice = settings.notices();
  if (choice === 'none' || state === 'stopped' || (choice === 'failures' && state === 'done')) return;
  const show = state === 'done' ? notify.info : notify.error;
  const hint = run.state?.error?.hint;
  const canGoOn = isResumable(run) && vscode.workspace.isTrusted;
  const buttons = [...(canGoOn ? ['Resume'] : []), 'Open Panel', 'Show Log'];
  const answer = await show(hint ? `${text} ${hint}` : text, ...buttons);
  if (answer === 'Resume') await vscode.commands.executeCommand('deme.resume', run.path);
  if (answer === 'Open Panel') await openPanel(run);
  if (answer === 'Show Log') await vscode.commands.executeCommand('deme.showRunLog', run.path);
}

async function headlineText(run: Run): Promise<string> {
  const {runHeadline} = await import('./runs/runHeadline.ts');
  return runHeadline(run).text;
}
