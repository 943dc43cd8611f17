import * as vscode from 'vscode';

/** Which ends of runs a notice reports. */
export type NoticeChoice = 'all' | 'failures' | 'none';

/** The user's settings, read when they are asked for. */
export const settings = {
  /** Path of the Node program; null: looked for on the PATH. */
  nodePath: () => read('nodePath', '').trim() || null,
  codeLens: (uri: vscode.Uri) => read('codeLens.enabled', true, uri),
  maxParallelRuns: () => Math.max(1, read('maxParallelRuns', 1)),
  stopGraceSeconds: () => Math.max(0, read('stopGraceSeconds', 10)),
  notices: () => read<NoticeChoice>('notifications', 'all'),
  /** Address that hears of ends and alerts; null: none. */
  webhook: () => read('webhook', '').trim() || null,
  statusBar: () => read('statusBar.enabled', true),
} as const;

/** Calls `act` when one of these settings changes. */
export function onSettingsChange(keys: readonly string[], act: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (keys.some((key) => change.affectsConfiguration(`deme.${key}`))) act();
  });
}

function read<T>(key: string, fallback: T, scope?: vscode.Uri): T {
  return vscode.workspace.getConfiguration('deme', scope).get<T>(key) ?? fallback;
}
