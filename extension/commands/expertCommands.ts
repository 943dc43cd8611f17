import {basename} from 'node:path';
import * as vscode from 'vscode';
import {sameAsBase} from '../../trainer/contract/config/mergeSetting.ts';
import {runExperts} from '../../trainer/contract/run/pipeline.ts';
import {VerbResult} from '../../trainer/contract/verbResult.ts';
import {analyseExperts} from '../runs/analyseExperts.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {withProgress} from '../trainer/withProgress.ts';
import {chooseMerge, mergeCall} from './chooseMerge.ts';
import {targetRun} from './targets.ts';

/** Commands about experts, wherever they were trained. */
export const expertCommands: Readonly<Record<string, Handler>> = {
  'deme.mergeModels': mergeModels,
  'deme.analyseTasks': (studio, ...args) => analyse(studio, args),
};

const reveal = 'Reveal in Explorer';
const look = 'Inspect';

/** Merges models of any origin into a new one, and shows where it is. */
async function mergeModels(studio: Studio): Promise<void> {
  requireTrust();
  const merge = await chooseMerge(studio.runs.all());
  if (merge === undefined) return;
  const title = `Merging ${merge.experts.length === 1 ? '1 expert' : `${merge.experts.length} experts`}`;
  await withProgress(title, (signal, onLine) => studio.trainer.deme(VerbResult, mergeCall(merge), {signal, onLine}));
  studio.models.refresh();
  const note = sameAsBase({weights: [...merge.weights]});
  const text = `Merged into ${basename(merge.out)}.${note === null ? '' : ` ${note}`}`;
  const pressed = await vscode.window.showInformationMessage(text, reveal, look);
  if (pressed === reveal) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(merge.out));
  if (pressed === look) await vscode.commands.executeCommand('deme.inspectModel', {label: text, folder: merge.out});
}

/** Measures the experts of a run, and opens its panel, whose merge tab shows what was found. */
async function analyse(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const run = await targetRun(studio, args, ({config}) => runExperts(config.config) > 0);
  if (run === undefined) return;
  await analyseExperts(studio, run);
  await studio.openPanel(run);
  vscode.window.setStatusBarMessage(`DeMe: the merge tab shows the task vectors of ${run.record.id}`, 10_000);
}
