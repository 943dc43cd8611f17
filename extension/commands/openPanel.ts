import * as vscode from 'vscode';
import {UserError} from '../../trainer/contract/errors.ts';
import type {JobQueue} from '../runs/jobQueue.ts';
import type {Studio} from '../studio.ts';
import {targetRun} from './targets.ts';

type PanelStudio = Pick<Studio, 'experiments' | 'openPanel' | 'queue' | 'runs'>;

/** Opens the panel of the run that is meant. A config whose run is being started means that one, so it is waited for. */
export async function openPanel(studio: PanelStudio, ...args: unknown[]): Promise<void> {
  const {queue, runs} = studio;
  const config = args.find((arg) => arg instanceof vscode.Uri);
  if (config === undefined && runs.all().length === 0) return studio.openPanel();
  const job = queue
    .all()
    .find(({state, request}) => state !== 'queued' && request.action === 'start' && request.config === config?.fsPath);
  if (job !== undefined) {
    const path = await runOfJob(queue, job.id);
    if (path === null) return; // `onDidFail` of the queue reports why.
    await runs.refreshRun(path);
    return studio.openPanel(runs.get(path));
  }
  const run = await targetRun(studio, args);
  if (run !== undefined) return studio.openPanel(run);
  if (config === undefined) return;
  const hint = 'Press "Run pipeline" above its config to start one.';
  throw new UserError('run-missing', 'This experiment has no runs yet.', {hint});
}

/** The folder of the run of a job, once it has one; null where it ends without. */
async function runOfJob(queue: JobQueue, id: string): Promise<string | null> {
  const find = () => queue.all().find((job) => job.id === id);
  const title = `DeMe: ${find()?.title ?? ''} is starting`;
  return vscode.window.withProgress({location: vscode.ProgressLocation.Window, title}, async () => {
    while (find()?.run === null) await nextChange(queue);
    return find()?.run ?? null;
  });
}

function nextChange(queue: JobQueue): Promise<void> {
  return new Promise((resolve) => {
    const listening = queue.onDidChange(() => {
      listening.dispose();
      resolve();
    });
  });
}
