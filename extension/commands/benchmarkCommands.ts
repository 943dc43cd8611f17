import * as vscode from 'vscode';
import {
  BenchmarkList,
  BenchmarkPlan,
  benchmarkNames,
  type BenchmarkName,
} from '../../trainer/contract/benchmark/benchmarkPlan.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {gigabytes} from '../../trainer/contract/gigabytes.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {withProgress} from '../trainer/withProgress.ts';
import {runInTerminal} from './runInTerminal.ts';

/** Commands about the benchmarks of the paper. */
export const benchmarkCommands: Readonly<Record<string, Handler>> = {
  'deme.runBenchmark': (studio, ...args) => runBenchmark(studio, args),
};

/** Exit code of a plan that misses something. */
const notReady = 2;
const start = 'Run in Terminal';

/** Shows what a benchmark needs and does, and starts it in a terminal. Called by a lens, the arguments are its config and the name of the benchmark. */
async function runBenchmark({trainer}: Studio, [config, given]: readonly unknown[]): Promise<void> {
  requireTrust();
  const folder = await chooseFolder(config instanceof vscode.Uri ? config : undefined);
  if (folder === undefined) return;
  const cwd = folder.uri.fsPath;
  const listed = await trainer.deme(BenchmarkList, ['benchmark']);
  const name = benchmarkNames.find((each) => each === given) ?? (await chooseBenchmark(listed));
  const scale = name && (await chooseScale());
  if (name === undefined || scale === undefined) return;
  const verb = ['benchmark', name, '--scale', String(scale)];
  const plan = await withProgress(`Planning the benchmark ${name}`, (signal) =>
    trainer.deme(BenchmarkPlan, [...verb, '--dry-run'], {cwd, signal, resultCodes: [notReady]}),
  );
  if (!plan.ready) {
    const detail = missingLines(plan).join('\n');
    await vscode.window.showWarningMessage(`The benchmark ${name} is not ready.`, {modal: true, detail});
    return;
  }
  const question = `Run the benchmark ${name}?`;
  const answer = await vscode.window.showInformationMessage(
    question,
    {modal: true, detail: planLines(plan).join('\n')},
    start,
  );
  if (answer !== start) return;
  await runInTerminal({trainer}, verb, {folder, title: `benchmark ${name}`});
}

/** That of a config, else the only one, else the user is asked. */
async function chooseFolder(config: vscode.Uri | undefined): Promise<vscode.WorkspaceFolder | undefined> {
  const own = config && vscode.workspace.getWorkspaceFolder(config);
  if (own) return own;
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({uri}) => uri.scheme === 'file');
  if (folders.length === 0) {
    throw new UserError('folder-missing', 'A benchmark needs a folder for its data, runs and results.', {
      hint: 'Open a folder on the disk of this machine first.',
    });
  }
  const items = folders.map((folder) => ({label: folder.name, folder}));
  if (items.length === 1) return items[0]?.folder;
  return (await vscode.window.showQuickPick(items, {placeHolder: 'Which folder gets its data and results?'}))?.folder;
}

async function chooseBenchmark(listed: BenchmarkList): Promise<BenchmarkName | undefined> {
  const items = listed.map(({name, about}) => ({label: name, detail: about, name}));
  const options = {placeHolder: 'Which benchmark?', matchOnDetail: true};
  return (await vscode.window.showQuickPick(items, options))?.name;
}

async function chooseScale(): Promise<number | undefined> {
  const items = [
    {label: 'Whole', description: 'as much as the paper', scale: 1},
    {label: 'A hundredth', description: 'tries the whole way; its numbers compare with no published ones', scale: 0.01},
    {label: 'A thousandth', description: 'the same in less time', scale: 0.001},
  ];
  return (await vscode.window.showQuickPick(items, {placeHolder: 'How much of it?'}))?.scale;
}

function missingLines({needs}: BenchmarkPlan): string[] {
  const missing = needs.flatMap(({what, where, from, problem}) =>
    problem === null ? [] : [`${problem} ${what}`, `Put it here: ${where}`, `From: ${from}`, ''],
  );
  return missing.slice(0, -1);
}

function planLines({about, config, updates, drawing, disk, time, unlike, warnings}: BenchmarkPlan): string[] {
  const {models, images, steps} = drawing;
  const hours = (value: number | null = null) => (value === null ? 'not timed' : `${value.toPrecision(2)} hours`);
  const bytes = disk.checkpoints + disk.models + disk.features + disk.encoded;
  return [
    about,
    `Config: ${config}`,
    `Training: ${updates.experts} experts of ${updates.expert} updates; ${hours(time?.training)}`,
    `Drawing: ${images} images of each of ${models.length} models in ${steps} steps; ${hours(time?.drawing)}`,
    `Disk: ${gigabytes(bytes)}${disk.free === null ? '' : `, ${gigabytes(disk.free)} are free`}`,
    ...[...unlike, ...warnings].map((warning) => `Warning: ${warning}`),
    '',
    'It can be stopped by Ctrl+C, and goes on from there when it is run again.',
  ];
}
