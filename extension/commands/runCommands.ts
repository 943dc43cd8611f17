import {join, relative} from 'node:path';
import * as vscode from 'vscode';
import type {LauncherName} from '../../trainer/contract/config/launchConfig.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {namesIn} from '../../trainer/store/files/namesIn.ts';
import {requireRegular} from '../../trainer/store/files/regularFile.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {noteOf, tagsOf} from '../../trainer/contract/run/runNotes.ts';
import {readNotes, writeNotes} from '../../trainer/store/run/runNotes.ts';
import {runCommand} from '../panel/runs/runCommand.ts';
import {configFileOf, isActiveRun, isResumable, type Run} from '../runs/run.ts';
import {pause, stopAtCheckpoint, stopNow, unpause} from '../runs/runControl.ts';
import {settings} from '../settings.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {extendRun} from './extendRun.ts';
import {openPanel} from './openPanel.ts';
import {saveReport} from './saveReport.ts';
import {nodeOf, targetConfig, targetRun} from './targets.ts';

/** Commands about runs that are there. */
export const runCommands: Readonly<Record<string, Handler>> = {
  'deme.stop': controls(isActiveRun, stopAtCheckpoint),
  'deme.stopNow': controls(isActiveRun, stopAtOnce),
  'deme.pause': controls(({state}) => state?.state === 'running', pause),
  'deme.resume': controls(
    (run) => run.state?.state === 'paused' || isResumable(run),
    (run, studio) => resumeRun(run, studio),
  ),
  'deme.extend': controls(
    (run) => !isActiveRun(run),
    (run, studio) => extendRun(studio, run),
  ),
  'deme.cancelJob': cancelJob,
  'deme.openPanel': openPanel,
  'deme.compareRuns': (studio) => studio.openPanel(),
  'deme.editTags': withRun(seen(editTags)),
  'deme.editNote': withRun(seen(editNote)),
  'deme.openConfig': async (studio, ...args) => {
    const config = await targetConfig(studio, args);
    if (config !== undefined) await vscode.window.showTextDocument(config);
  },
  'deme.openReport': withRun(openReport),
  'deme.saveReport': withRun((_, run) => saveReport(run)),
  'deme.showRunLog': withRun(showRunLog),
  'deme.revealRun': withRun(async (_, run) => {
    await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(run.path));
  }),
  'deme.copyRunPath': withRun(async (_, run) => vscode.env.clipboard.writeText(run.path)),
  'deme.copyRunCommand': withRun(async (_, run) => vscode.env.clipboard.writeText(runCommand(run))),
  'deme.deleteRun': withRun(deleteRun),
};

/** Continues a paused run, or queues one that has ended early; `launcher`: instead of how it ran before. */
export async function resumeRun(run: Run, {queue}: Pick<Studio, 'queue'>, launcher?: LauncherName): Promise<void> {
  if (run.state?.state === 'paused') return unpause(run);
  if (!isResumable(run)) {
    throw new UserError('run-state', `${run.record.id} cannot be resumed: it is ${run.state?.state ?? 'starting'}.`);
  }
  if (queue.all().some(({request}) => request.action === 'resume' && request.run === run.path)) return;
  queue.add(`Resume ${run.record.id}`, {action: 'resume', run: run.path, ...(launcher && {launcher})});
}

type RunAction = (studio: Studio, run: Run) => unknown;

function withRun(act: RunAction, fits?: (run: Run) => boolean): Handler {
  return async (studio, ...args) => {
    const run = await targetRun(studio, args, fits);
    if (run !== undefined) await act(studio, run);
  };
}

/** Looks at the run again right after, so that what was changed shows at once. */
function seen(act: RunAction): RunAction {
  return async (studio, run) => {
    await act(studio, run);
    await studio.runs.refreshRun(run.path);
  };
}

function controls(fits: (run: Run) => boolean, act: (run: Run, studio: Studio) => Promise<void>): Handler {
  const control: RunAction = async (studio, run) => {
    requireTrust();
    await act(run, studio);
  };
  return withRun(seen(control), fits);
}

async function stopAtOnce(run: Run, {log}: Studio): Promise<void> {
  const title = `Stopping ${run.record.id}`;
  const how = await vscode.window.withProgress({location: vscode.ProgressLocation.Window, title}, () =>
    stopNow(run, settings.stopGraceSeconds()),
  );
  if (how === 'killed') log.warn(`${run.path}: its owner did not react, so its processes were ended`);
}

async function cancelJob(studio: Studio, ...args: unknown[]): Promise<void> {
  const id = nodeOf(studio, args)?.job?.id ?? args.find((arg) => studio.queue.all().some((job) => job.id === arg));
  if (typeof id === 'string') return studio.queue.cancel(id);
  const items = studio.queue
    .all()
    .filter(({state}) => state !== 'running')
    .map((job) => ({label: job.title, description: job.state, job}));
  const chosen = await vscode.window.showQuickPick(items, {placeHolder: 'What is taken out of the queue?'});
  if (chosen !== undefined) await studio.queue.cancel(chosen.job.id);
}

async function editTags(_: Studio, run: Run): Promise<void> {
  const notes = await readNotes(run.path);
  const text = await vscode.window.showInputBox({
    title: `Tags of ${run.record.id}`,
    prompt: 'Separated by commas',
    value: notes.tags.join(', '),
  });
  if (text === undefined) return;
  await writeNotes(run.path, {...notes, tags: tagsOf(text)});
}

async function editNote(_: Studio, run: Run): Promise<void> {
  const notes = await readNotes(run.path);
  const note = await vscode.window.showInputBox({title: `Note on ${run.record.id}`, value: notes.note});
  if (note !== undefined) await writeNotes(run.path, {...notes, note: noteOf(note)});
}

async function openReport(_: Studio, run: Run): Promise<void> {
  if (run.report === null) throw new UserError('report-missing', `${run.record.id} has no report yet.`);
  const report = runPaths.reportText(run.path);
  await requireRegular(report);
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(report));
}

async function showRunLog(_: Studio, run: Run): Promise<void> {
  const [logs, jobs] = [runPaths.logs(run.path), runPaths.jobs(run.path)];
  const paths = [
    runPaths.events(run.path),
    ...(await namesIn(logs)).map((name) => join(logs, name)),
    ...(await namesIn(jobs)).map((name) => join(jobs, name)),
  ];
  const files = paths.map((path) => relative(run.path, path));
  const file = files.length === 1 ? files[0] : await vscode.window.showQuickPick(files, {placeHolder: 'Which log?'});
  if (file === undefined) return;
  const path = join(run.path, file);
  await requireRegular(path);
  await vscode.window.showTextDocument(vscode.Uri.file(path));
}

async function deleteRun({runs}: Studio, run: Run): Promise<void> {
  requireTrust();
  if (isActiveRun(run)) throw new UserError('run-busy', `${run.record.id} is still running; stop it first.`);
  const question = `Move ${run.record.id} with its models to the trash?`;
  const detail = `Made from ${configFileOf(run)}`;
  if ((await vscode.window.showWarningMessage(question, {modal: true, detail}, 'Move to Trash')) === undefined) return;
  await vscode.workspace.fs.delete(vscode.Uri.file(run.path), {recursive: true, useTrash: true});
  await runs.refresh();
}
