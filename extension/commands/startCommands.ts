import {basename} from 'node:path';
import * as vscode from 'vscode';
import {expertCount} from '../../trainer/contract/config/config.ts';
import type {LauncherName} from '../../trainer/contract/config/launchConfig.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import type {StageSelection} from '../../trainer/contract/run/ownerMessages.ts';
import {parseConfig} from '../../trainer/contract/config/parseConfig.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {targetConfig} from './targets.ts';

/** Commands that begin work of a config. */
export const startCommands: Readonly<Record<string, Handler>> = {
  'deme.runPipeline': (studio, ...args) => start(studio, args, {kind: 'pipeline'}, 'Run'),
  'deme.pretrain': (studio, ...args) => start(studio, args, {kind: 'pretrain'}, 'Pretrain'),
  'deme.finetune': (studio, ...args) => finetune(studio, args),
  'deme.searchWeights': (studio, ...args) => start(studio, args, {kind: 'search'}, 'Search weights of'),
  'deme.merge': (studio, ...args) => start(studio, args, {kind: 'merge'}, 'Merge'),
  'deme.evaluate': (studio, ...args) => start(studio, args, {kind: 'evaluate'}, 'Evaluate'),
};

/** Called by a lens, the second argument is the range, or null for all; else the user is asked. */
async function finetune(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const config = await targetConfig(studio, args);
  if (config === undefined) return;
  const [, given] = args;
  const range = typeof given === 'number' || given === null ? given : await chooseRange(config);
  if (range === undefined) return;
  if (range === null) return start(studio, [config], {kind: 'finetune'}, 'Finetune');
  return start(studio, [config], {kind: 'finetune', range}, `Finetune expert ${range} of`);
}

async function chooseRange(config: vscode.Uri): Promise<number | null | undefined> {
  const {decouple} = await readConfig(config);
  const count = decouple === undefined ? 0 : expertCount(decouple);
  const all = {label: 'All ranges', range: null};
  const single = Array.from({length: count}, (_, range) => ({label: `Range ${range}`, range}));
  const chosen = await vscode.window.showQuickPick([all, ...single], {placeHolder: 'Which range is finetuned?'});
  return chosen?.range;
}

function start(studio: Studio, args: readonly unknown[], selection: StageSelection, verb: string): Promise<void> {
  return startWork(studio, args, selection, {title: (name) => `${verb} ${name}`});
}

/** How work is begun. */
interface StartOptions {
  /** What it is called, by the name of its config. */
  title(name: string): string;
  /** Instead of what the config says. */
  readonly launcher?: LauncherName;
}

/** Queues work of the config that is meant. */
export async function startWork(
  studio: Studio,
  args: readonly unknown[],
  selection: StageSelection,
  {title: titleOf, launcher}: StartOptions,
): Promise<void> {
  requireTrust();
  const config = await targetConfig(studio, args);
  if (config === undefined) return;
  requireFile(config);
  const {name} = await readConfig(config);
  const title = titleOf(name);
  const request = {action: 'start' as const, config: config.fsPath, selection};
  const job = studio.queue.add(title, launcher === undefined ? request : {...request, launcher});
  if (job.state === 'queued' && studio.queue.all().some(({id, state}) => id === job.id && state === 'queued')) {
    vscode.window.setStatusBarMessage(`DeMe: ${title} waits for its turn`, 5000);
  }
}

/** The config as it is on the disk, where the trainer reads it; saved first. Throws a UserError with the place of its first mistake. */
export async function readConfig(uri: vscode.Uri) {
  const document = await vscode.workspace.openTextDocument(uri);
  if (document.isDirty) await document.save();
  return parseConfig(document.getText(), uri.fsPath);
}

/** Throws a UserError for a config that the trainer cannot read. */
export function requireFile(uri: vscode.Uri): void {
  if (uri.scheme === 'file') return;
  throw new UserError(
    'config-not-local',
    `${basename(uri.path)} does not lie on the disk of the machine that would train.`,
    {
      hint: 'Open a folder of that machine, for example by Remote SSH.',
    },
  );
}
