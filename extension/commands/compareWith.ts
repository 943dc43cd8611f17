import * as vscode from 'vscode';
import {UserError} from '../../trainer/contract/errors.ts';
import {maxCompared} from '../../trainer/contract/panel/panel.ts';
import type {Run} from '../runs/run.ts';
import {runStateText} from '../runs/runText.ts';
import type {Handler, Studio} from '../studio.ts';
import {targetRun} from './targets.ts';

/** Commands that lay runs beside each other. */
export const compareCommands: Readonly<Record<string, Handler>> = {
  'deme.compareWith': (studio, ...args) => compareWith(studio, args),
};

/** Opens the comparison with the run that is meant as the baseline, and beside it those that the user chooses. */
async function compareWith(
  studio: Pick<Studio, 'experiments' | 'openPanel' | 'runs'>,
  args: readonly unknown[],
): Promise<void> {
  const run = await targetRun(studio, args);
  if (run === undefined) return;
  const {id} = run.record;
  const others = studio.runs.all().filter(({path}) => path !== run.path);
  if (others.length === 0) throw new UserError('run-missing', `There is no other run to compare ${id} with.`);
  const chosen = await chooseOthers(id, others);
  if (chosen.length === 0) return;
  if (chosen.length >= maxCompared) {
    throw new UserError('compare-limit', `No more than ${maxCompared} runs can be compared, ${id} among them.`);
  }
  await studio.openPanel(undefined, {compared: [run, ...chosen].map(({path}) => path)});
}

/** The newest first. */
async function chooseOthers(id: string, runs: readonly Run[]): Promise<readonly Run[]> {
  const items = [...runs]
    .reverse()
    .map((run) => ({label: run.record.id, description: runStateText(run), detail: run.path, run}));
  const placeHolder = `Which runs shall ${id} be compared with?`;
  const chosen = await vscode.window.showQuickPick(items, {canPickMany: true, placeHolder, matchOnDescription: true});
  return (chosen ?? []).map(({run}) => run);
}
