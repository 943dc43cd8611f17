import * as vscode from 'vscode';
import {EngineStatus} from '../../trainer/contract/engine/engineStatus.ts';
import {VerbResult} from '../../trainer/contract/verbResult.ts';
import {notify} from '../notify.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {withProgress} from '../trainer/withProgress.ts';

/** Commands about what computes. */
export const engineCommands: Readonly<Record<string, Handler>> = {
  'deme.refreshEngines': ({engines}) => engines.refresh(),
  'deme.installEngine': install,
  'deme.checkEngine': (studio, ...args) => check(studio, args),
};

const variants = [
  {label: 'Automatic', description: 'CUDA where there is an NVIDIA GPU', variant: 'auto'},
  {label: 'CPU', description: 'a few hundred megabytes', variant: 'cpu'},
  {label: 'CUDA', description: 'several gigabytes; needs an NVIDIA GPU', variant: 'cuda'},
] as const;

async function install({trainer, engines}: Studio): Promise<void> {
  requireTrust();
  const placeHolder = 'Which TensorFlow is fetched by pip?';
  const chosen = await vscode.window.showQuickPick(variants, {placeHolder});
  if (chosen === undefined) return;
  const verb = ['engine', 'install', 'tensorflow', '--variant', chosen.variant];
  await withProgress('Installing TensorFlow', (signal, onLine) =>
    trainer.deme(VerbResult, verb, {signal, onLine}),
  ).finally(() => engines.refresh());
  void notify.info('The engine tensorflow is installed.');
}

async function check({trainer, engines, log}: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const [given] = args;
  const row = EngineStatus.safeParse(given);
  const name = row.success ? row.data.name : await vscode.window.showQuickPick(EngineStatus.shape.name.options);
  if (name === undefined) return;
  const status = await withProgress(`Checking ${name}`, (signal) =>
    trainer.deme(EngineStatus, ['engine', 'check', name], {signal}),
  );
  engines.refresh();
  log.info(`${name}: ${status.note}`);
  const show = status.healthy ? notify.info : notify.warning;
  void show(`${name} ${status.healthy ? 'passes its self test' : 'does not work'}. ${status.note}`);
}
