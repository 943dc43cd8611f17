import * as vscode from 'vscode';
import {VerbResult} from '../../trainer/contract/verbResult.ts';
import {runExperts} from '../../trainer/contract/run/pipeline.ts';
import {planeArguments} from '../panel/lossPlanes.ts';
import type {Run} from '../runs/run.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {withProgress} from '../trainer/withProgress.ts';
import {targetRun} from './targets.ts';

/** Commands about loss planes. */
export const planeCommands: Readonly<Record<string, Handler>> = {
  'deme.lossPlane': (studio, ...args) => chooseAndMeasure(studio, args),
};

/** Measures a loss plane, which shows in the panel when it is open. Cancelled, it goes on from there the next time. */
export async function measurePlane(
  {trainer}: Pick<Studio, 'trainer'>,
  run: Run,
  experts: readonly [number, number],
  weights?: readonly number[],
): Promise<void> {
  const args = planeArguments(run, experts, weights);
  await withProgress(`Loss plane of ${run.record.id}`, (signal, onLine) =>
    trainer.deme(VerbResult, args, {signal, onLine}),
  );
}

async function chooseAndMeasure(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const run = await targetRun(studio, args, ({config}) => runExperts(config.config) >= 2);
  if (run === undefined) return;
  const count = runExperts(run.config.config);
  const pairs = Array.from({length: count}, (_, x) =>
    Array.from({length: count - x - 1}, (_, i): [number, number] => [x, x + i + 1]),
  ).flat();
  const items = pairs.map((experts) => ({label: `Experts ${experts[0]} and ${experts[1]}`, experts}));
  const chosen =
    items.length < 2 ? items[0] : await vscode.window.showQuickPick(items, {placeHolder: 'Over which two weights?'});
  if (chosen === undefined) return;
  await measurePlane(studio, run, chosen.experts);
  await studio.openPanel(run);
}
