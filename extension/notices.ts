import * as vscode from 'vscode';
import {notify} from './notify.ts';
import {remedyOf} from './remedy.ts';
import {isActiveRun, isResumable, type Run} from './runs/run.ts';
import {runStateText} from './runs/runText.ts';
import type {Runs} from './runs/runs.ts';
import {settings} from './settings.ts';
import type {Studio} from './studio.ts';

type Host = Pick<Studio, 'log' | 'openPanel'>;

/**
 * Shows a notice when a run that was seen active has finished, failed or was lost, not when it was stopped; and when one that is active has fallen silent or its
 * loss has jumped. The webhook of the settings hears the same.
 */
export function registerNotices(host: Host, runs: Runs): vscode.Disposable {
  /** As they were seen last. */
  const active = new Map(runs.all().flatMap((run) => (isActiveRun(run) ? [[run.path, run] as const] : [])));
  return runs.onDidChange((run) => {
    const before = active.get(run.path);
    if (isActiveRun(run)) active.set(run.path, run);
    else active.delete(run.path);
    if (before === undefined) return;
    if (!isActiveRun(run)) return void showEnd(host, run);
    const raised = newAlerts(before, run).map((text) => `, ${text}`);
    // Its own process can tell nobody.
    if (run.silentSeconds !== null && before.silentSeconds === null) raised.push(`: ${runStateText(run)}.`);
    for (const what of raised) void showAlert(host, run, what);
  });
}

/** Those that were not there before, wherever they are: the logs of jobs are read one by one, so that an older one may come later. */
function newAlerts({progress: {alerts: known}}: Run, {progress: {alerts}}: Run): string[] {
  const isKnown = (time: number, text: string) => known.some((alert) => alert.time === time && alert.text === text);
  return alerts.flatMap(({time, text}) => (isKnown(time, text) ? [] : [text]));
}

async function showAlert(host: Host, run: Run, what: string): Promise<void> {
  const text = `${run.record.id}${what}`;
  host.log.warn(text);
  void tell(host, run, 'alert', text);
  if (settings.notices() === 'none') return;
  const answer = await notify.warning(text, 'Open Panel');
  if (answer === 'Open Panel') await host.openPanel(run);
}

async function showEnd(host: Host, run: Run): Promise<void> {
  const {id} = run.record;
  const state = run.state?.state;
  const text = state === 'done' ? `${id} is done. ${await headlineText(run)}` : `${id}: ${runStateText(run)}`;
  host.log.info(text);
  if (state === 'done' || state === 'failed' || state === 'lost') void tell(host, run, state, text);
  const choice = settings.notices();
  if (choice === 'none' || state === 'stopped' || (choice === 'failures' && state === 'done')) return;
  const show = state === 'done' ? notify.info : notify.error;
  const hint = run.state?.error?.hint;
  const remedy = remedyOf(hint);
  const canGoOn = isResumable(run) && vscode.workspace.isTrusted;
  const buttons = [...(remedy ? [remedy.label] : []), ...(canGoOn ? ['Resume'] : []), 'Open Panel', 'Show Log'];
  const answer = await show(hint ? `${text} ${hint}` : text, ...buttons);
  if (answer !== undefined && answer === remedy?.label)
    await vscode.commands.executeCommand(remedy.command, ...remedy.args);
  if (answer === 'Resume') await vscode.commands.executeCommand('deme.resume', run.path);
  if (answer === 'Open Panel') await host.openPanel(run);
  if (answer === 'Show Log') await vscode.commands.executeCommand('deme.showRunLog', run.path);
}

async function tell(host: Host, run: Run, kind: 'done' | 'failed' | 'lost' | 'alert', text: string): Promise<void> {
  if (settings.webhook() === null) return;
  const {tellWebhook} = await import('./webhook.ts');
  await tellWebhook({run: run.record.id, kind, text}, host.log);
}

async function headlineText(run: Run): Promise<string> {
  const {runHeadline} = await import('./runs/runHeadline.ts');
  return runHeadline(run).text;
}
