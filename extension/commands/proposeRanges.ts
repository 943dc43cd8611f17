import {basename} from 'node:path';
import * as vscode from 'vscode';
import {edgesEdit} from '../../trainer/contract/config/edgesEdit.ts';
import {edgesText} from '../../trainer/contract/config/rangeEdges.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {
  ConflictResult,
  type Division,
  type GradientConflict,
} from '../../trainer/contract/run/measured/gradientConflict.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {withProgress} from '../trainer/withProgress.ts';
import {readConfig, requireFile} from './startCommands.ts';
import {targetConfig} from './targets.ts';

/** The command that finds timestep ranges for a config. */
export const proposeCommands: Readonly<Record<string, Handler>> = {
  'deme.proposeRanges': (studio, ...args) => proposeRanges(studio, args),
};

/** Measures the gradient conflict of a config's base, and writes the edges that the user chooses into the config, which stays unsaved. */
async function proposeRanges(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const config = await targetConfig(studio, args);
  if (config === undefined) return;
  requireFile(config);
  const {name, decouple} = await readConfig(config);
  if (decouple === undefined) {
    throw new UserError('decouple-missing', 'The config has no decouple section, so it has no ranges.', {
      where: config.fsPath,
    });
  }
  const call = ['measure', 'gradient-conflict', config.fsPath, '--propose'];
  const {result} = await withProgress(`Gradient conflict of ${name}`, (signal, onLine) =>
    studio.trainer.compute(ConflictResult, call, {signal, onLine}),
  );
  const edges = await chooseEdges(result, basename(config.fsPath));
  if (edges !== undefined) await writeEdges(config, edges);
}

/** The edges that the user picks, the suggested ones first; undefined where they change their mind. */
async function chooseEdges({proposals, suggested}: GradientConflict, config: string): Promise<number[] | undefined> {
  const items = proposals.map(({equal, best}, i) => ({
    label: `${i + 1} ${i === 0 ? 'range' : 'ranges'}${i + 1 === suggested ? ' (suggested)' : ''}`,
    description: edgesText(best.edges),
    detail: `Mean cosine of gradients within a range ${meansText(best, equal, 'within')}, across ranges ${meansText(best, equal, 'across')}`,
    edges: best.edges,
  }));
  const ordered = [...items.slice(suggested - 1, suggested), ...items.filter((_, i) => i + 1 !== suggested)];
  const placeHolder = `Which edges are written into ${config}?`;
  return (await vscode.window.showQuickPick(ordered, {title: 'Propose Ranges', placeHolder, matchOnDescription: true}))
    ?.edges;
}

/** `0.412 (equal ranges 0.371)` */
function meansText(best: Division, equal: Division, mean: 'within' | 'across'): string {
  const text = (value: number | null) => value?.toFixed(3) ?? '–';
  return `${text(best[mean])} (equal ranges ${text(equal[mean])})`;
}

async function writeEdges(config: vscode.Uri, edges: readonly number[]): Promise<void> {
  const document = await vscode.workspace.openTextDocument(config);
  const change = edgesEdit(document.getText(), edges);
  if (change === undefined) {
    throw new UserError(
      'edges-elsewhere',
      'The config takes its ranges over from elsewhere, so they were not written.',
      {
        where: config.fsPath,
        hint: `Put this into decouple: ${edgesText(edges)}`,
      },
    );
  }
  const {line, column, endLine, endColumn} = change.span;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(config, new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1), change.text);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
}
