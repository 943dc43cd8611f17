import * as vscode from 'vscode';
import {isConfig} from './config/configFiles.ts';

/** Context keys by the step of the walkthrough that they complete, as the manifest names them. */
const keys = {
  example: 'deme.hasExample',
  config: 'deme.hasOpenedConfig',
  run: 'deme.hasStartedRun',
  watch: 'deme.hasOpenedRun',
  own: 'deme.hasOwnModel',
} as const;

/**
 * Ticks a step off once its work is done. `onCommand` in the manifest would not do: it counts commands that the user cancelled, and
 * misses those of lenses, which the editor calls under names of its own.
 */
export async function completeStep(step: keyof typeof keys): Promise<void> {
  await vscode.commands.executeCommand('setContext', keys[step], true);
}

/** A config that is in front counts as read, however it was opened. */
export function registerWalkthrough(): vscode.Disposable {
  const look = (editor: vscode.TextEditor | undefined) => {
    if (editor !== undefined && isConfig(editor.document.uri)) void completeStep('config');
  };
  look(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(look);
}

/** Opens the walkthrough, also where the editor shows a step of another one: VS Code 1.100 then ignores the command that opens it. */
export async function openWalkthrough(extension: string): Promise<void> {
  await vscode.commands.executeCommand('welcome.goBack');
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension}#deme.start`);
}
