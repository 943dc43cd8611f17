import * as vscode from 'vscode';

/** Where the extension says what it does; `DeMe` in the output panel. */
export type Log = Pick<vscode.LogOutputChannel, 'debug' | 'info' | 'warn' | 'error' | 'show'>;

export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('DeMe', {log: true});
}
