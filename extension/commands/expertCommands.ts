import {basename} from 'node:path';
import * as vscode from 'vscode';
import {sameAsBase} from '../../trainer/contract/config/merge/mergeSetting.ts';
import {measurementKinds} from '../../trainer/contract/measurements/measurementKinds.ts';
import {VerbResult} from '../../trainer/contract/verbResult.ts';
import {notify} from '../notify.ts';
import {measure} from '../runs/measure.ts';
import type {Run} from '../runs/run.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {withProgress} from '../trainer/withProgress.ts';
import {chooseMerge, mergeCall} from './chooseMerge.ts';
import {targetRun} from './targets.ts';

/** Commands about experts, wherever they were trained. */
export const expertCommands: Readonly<Record<string, Handler>> = {
  'deme.mergeModels': mergeModels,
  'deme.measure': (studio, ...args) => chooseAndMeasure(studio, args),
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
  const pressed = await notify.info(text, reveal, look);
  if (pressed === reveal) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(merge.out));
  if (pressed === look) await vscode.commands.executeCommand('deme.inspectModel', {label: text, folder: merge.out});
}

/** Makes a measurement that the user chooses of those a run allows, and opens its panel, whose merge tab shows the result. */
async function chooseAndMeasure(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const run = await targetRun(studio, args, (each) => measurementsOf(each).length > 0);
  if (run === undefined) return;
  const placeHolder = `What is measured of ${run.record.id}?`;
  const chosen = await vscode.window.showQuickPick(measurementsOf(run), {placeHolder});
  if (chosen === undefined) return;
  await measure(studio, run, chosen.name, chosen.request);
  await studio.openPanel(run);
  vscode.window.setStatusBarMessage(`DeMe: the merge tab shows the result for ${run.record.id}`, 10_000);
}

function measurementsOf({config}: Run) {
  return Object.entries(measurementKinds).flatMap(([name, kind]) =>
    kind.choices(config.config).map((choice) => ({name, ...choice})),
  );
}
