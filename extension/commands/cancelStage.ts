import * as vscode from 'vscode';
import {CancelledStages} from '../../trainer/contract/launch/cancelRecord.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {launchedStagesOf} from '../runs/launchedStagesOf.ts';
import type {Run} from '../runs/run.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {nodeOf, targetRun} from './targets.ts';

/** Commands about single jobs of a run on a cluster. */
export const cancelCommands: Readonly<Record<string, Handler>> = {
  'deme.cancelStage': async (studio, ...args) => {
    requireTrust();
    const run = await targetRun(studio, args, (each) => launchedStagesOf(each).length > 0);
    if (run === undefined) return;
    const named = nodeOf(studio, args)?.launchedStage;
    const stages = named === undefined ? await chooseStages(run) : [named];
    if (stages.length > 0) await cancel(studio, run, stages);
  },
};

async function chooseStages(run: Run): Promise<string[]> {
  const open = launchedStagesOf(run);
  if (open.length === 0) throw new UserError('job-missing', `No job of ${run.record.id} waits or runs.`);
  const items = open.map(({stage, text}) => ({label: stage, description: text}));
  const placeHolder = 'Whose jobs are cancelled? What needs them is cancelled too, the rest goes on.';
  const chosen = await vscode.window.showQuickPick(items, {placeHolder, canPickMany: true});
  return (chosen ?? []).map(({label}) => label);
}

async function cancel({trainer, runs}: Studio, run: Run, stages: readonly string[]): Promise<void> {
  const title = `Cancelling ${stages.join(', ')} of ${run.record.id}`;
  const result = await vscode.window.withProgress({location: vscode.ProgressLocation.Window, title}, () =>
    trainer.deme(CancelledStages, ['launch', 'cancel', run.path, ...stages]),
  );
  await runs.refreshRun(run.path);
  void vscode.window.showInformationMessage(cancelledText(result));
}

/** @internal for tests: `expert-1 of digits-3 is cancelled, and with it search and merge, which need it.` */
export function cancelledText({id, cancelled, dependents}: CancelledStages): string {
  const own = listed(cancelled.map(({stage}) => stage));
  const [be, need] = [cancelled.length === 1 ? 'is' : 'are', dependents.length === 1 ? 'needs' : 'need'];
  const others = listed(dependents.map(({stage}) => stage));
  const it = cancelled.length === 1 ? 'it' : 'them';
  const along = dependents.length === 0 ? '' : `, and with ${it} ${others}, which ${need} ${it}`;
  const checkpoint = cancelled.some(({isRunning}) => isRunning) ? ' What runs writes a checkpoint first.' : '';
  return `${own} of ${id} ${be} cancelled${along}.${checkpoint} Resume Run submits this again when the rest has ended.`;
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en', {type: 'conjunction'}).format(names);
}
