import * as vscode from 'vscode';
import type {DemeConfig} from '../../trainer/contract/config/config.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import type {ExtendedRate} from '../../trainer/contract/run/ownerMessages.ts';
import {isActiveRun, type Run} from '../runs/run.ts';
import type {Studio} from '../studio.ts';

/** Asks how many updates the trainings of a run are to make in all, and puts the run into the queue with them. */
export async function extendRun({queue}: Pick<Studio, 'queue'>, run: Run): Promise<void> {
  const {id} = run.record;
  if (isActiveRun(run)) throw new UserError('run-busy', `${id} is still running. Stop it first, or wait for its end.`);
  const training = trainingOf(run);
  if (training === undefined) throw new UserError('nothing-to-extend', `${id} trains nothing.`);
  const updates = await askUpdates(id, training.updates);
  if (updates === undefined) return;
  const learningRate = training.schedule.kind === 'constant' ? 'schedule' : await askRate(id);
  if (learningRate === undefined) return;
  queue.add(`Train ${id} longer`, {action: 'resume', run: run.path, updates, learningRate});
}

function trainingOf({config, progress}: Run): DemeConfig['decouple'] | DemeConfig['pretrain'] {
  return progress.stages.has('pretrain') ? config.config.pretrain : config.config.decouple;
}

async function askUpdates(id: string, made: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title: `Train ${id} Longer (1 of 2): the updates`,
    prompt: `Updates of each training in all; so far ${made}.`,
    value: String(2 * made),
    ignoreFocusOut: true,
    validateInput: (typed) => (isMore(typed, made) ? undefined : `A whole number larger than ${made}.`),
  });
  return text === undefined ? undefined : Number(text);
}

function isMore(typed: string, made: number): boolean {
  return Number.isSafeInteger(Number(typed)) && Number(typed) > made;
}

async function askRate(id: string): Promise<ExtendedRate | undefined> {
  const title = `Train ${id} Longer (2 of 2): the learning rate, where the schedule over all updates would raise it`;
  return (await vscode.window.showQuickPick(rates, {title, ignoreFocusOut: true}))?.rate;
}

const rates: readonly (vscode.QuickPickItem & {rate: ExtendedRate})[] = [
  {rate: 'keep', label: 'Keep', description: 'that of the last update so far'},
  {rate: 'schedule', label: 'Follow the schedule', description: 'up, and then down to the last update'},
];
