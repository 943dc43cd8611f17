import {basename} from 'node:path';
import * as vscode from 'vscode';
import {cellText, MatrixRuns} from '../../trainer/contract/matrix/matrixRuns.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {runInTerminal} from './runInTerminal.ts';
import {requireFile} from './startCommands.ts';
import {targetConfig} from './targets.ts';

/** Commands that make a table of runs. */
export const matrixCommands: Readonly<Record<string, Handler>> = {
  'deme.runMatrix': (studio, ...args) => makeRuns('matrix', studio, args),
  'deme.runStudy': (studio, ...args) => makeRuns('study', studio, args),
};

const start = 'Run in Terminal';
const shown = 12;

/** Shows which runs the matrix or the study of a config makes, and starts them in a terminal. */
async function makeRuns(kind: 'matrix' | 'study', studio: Studio, given: readonly unknown[]): Promise<void> {
  requireTrust();
  const config = await targetConfig(studio, given);
  if (config === undefined) return;
  requireFile(config);
  const folder = vscode.workspace.getWorkspaceFolder(config);
  if (folder === undefined) {
    throw new UserError('folder-missing', 'The config lies in no folder of this window.', {
      where: config.fsPath,
      hint: 'Open its folder first.',
    });
  }
  const verb = [kind, config.fsPath];
  const runs = await studio.trainer.deme(MatrixRuns, [...verb, '--dry-run']);
  const name = basename(config.fsPath);
  const answer = await vscode.window.showInformationMessage(
    `Make the ${runs.length} runs of the ${kind} of ${name}?`,
    {modal: true, detail: detailLines(runs).join('\n')},
    start,
  );
  if (answer === start) await runInTerminal(studio, verb, {folder, title: `${kind} ${name}`});
}

function detailLines(runs: MatrixRuns): string[] {
  const lines = runs.map((run) => [cellText(run), ...(run.repeat === null ? [] : [run.repeat])].join(', '));
  const more = lines.length - shown;
  return [
    ...lines.slice(0, shown),
    ...(more > 0 ? [`and ${more} more`] : []),
    '',
    'What several runs share is done once. It can be stopped by Ctrl+C, and goes on from there when it is run again.',
  ];
}
