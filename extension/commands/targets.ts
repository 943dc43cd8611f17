import * as vscode from 'vscode';
import {UserError} from '../../trainer/contract/errors.ts';
import {isConfig} from '../config/configFiles.ts';
import {configFileOf, type Run} from '../runs/run.ts';
import {runStateText} from '../runs/runText.ts';
import type {Studio} from '../studio.ts';
import type {ExperimentNode} from '../views/experimentNode.ts';
import type {ModelElement} from '../views/modelsTree.ts';

/** The row of the tree of experiments that a command was called on. */
export function nodeOf(
  {experiments}: Pick<Studio, 'experiments'>,
  args: readonly unknown[],
): ExperimentNode | undefined {
  const [first] = args;
  return typeof first === 'string' ? experiments.node(first) : undefined;
}

/**
 * The run that is meant: that of a row, of a path among the arguments, the newest of a config; else the user chooses one of those that
 * fit. Undefined where the user chooses none.
 */
export async function targetRun(
  studio: Pick<Studio, 'experiments' | 'runs'>,
  args: readonly unknown[],
  fits: (run: Run) => boolean = () => true,
): Promise<Run | undefined> {
  const named = namedRun(studio, args);
  if (named !== undefined) return named;
  const uri = args.find((arg) => arg instanceof vscode.Uri);
  if (uri !== undefined) return studio.runs.all().findLast((run) => configFileOf(run) === uri.fsPath && fits(run));
  const runs = studio.runs.all().filter(fits).reverse();
  if (runs.length === 0) throw new UserError('run-missing', 'There is no run that this can be done with.');
  return runs.length === 1 ? runs[0] : chooseRun(runs);
}

/** The run of a row, or of a path among the arguments. */
export function namedRun(studio: Pick<Studio, 'experiments' | 'runs'>, args: readonly unknown[]): Run | undefined {
  const row = nodeOf(studio, args)?.run;
  // A row may be older than the news about its run.
  if (row !== undefined) return studio.runs.get(row.path) ?? row;
  const paths = args.filter((arg) => typeof arg === 'string');
  return paths.map((path) => studio.runs.get(path)).find((run) => run !== undefined);
}

/** The config that is meant: of a row, an argument, the editor in front, the only one; else the user chooses. */
export async function targetConfig(studio: Studio, args: readonly unknown[]): Promise<vscode.Uri | undefined> {
  const row = nodeOf(studio, args)?.config;
  if (row !== undefined) return vscode.Uri.file(row);
  const uri = args.find((arg) => arg instanceof vscode.Uri);
  if (uri !== undefined) return uri;
  const inFront = vscode.window.activeTextEditor?.document.uri;
  if (inFront !== undefined && isConfig(inFront)) return inFront;
  const configs = studio.configs.all();
  if (configs.length === 0) {
    throw new UserError('config-missing', 'There is no config (*.deme.yaml) here.', {
      hint: 'Make one by DeMe: New Config.',
    });
  }
  if (configs.length === 1) return configs[0];
  const items = configs.map((config) => ({label: vscode.workspace.asRelativePath(config), config}));
  return (await vscode.window.showQuickPick(items, {placeHolder: 'Which experiment?'}))?.config;
}

/** The folder of the model that a row stands for. */
export function namedModel(studio: Studio, args: readonly unknown[]): string | undefined {
  const [first] = args;
  if (isModelElement(first)) return first.folder ?? undefined;
  return nodeOf(studio, args)?.model;
}

async function chooseRun(runs: readonly Run[]): Promise<Run | undefined> {
  const items = runs.map((run) => ({label: run.record.id, description: runStateText(run), run}));
  return (await vscode.window.showQuickPick(items, {placeHolder: 'Which run?'}))?.run;
}

function isModelElement(value: unknown): value is ModelElement {
  return typeof value === 'object' && value !== null && 'folder' in value && 'label' in value;
}
