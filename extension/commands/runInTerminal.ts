import * as vscode from 'vscode';
import type {Studio} from '../studio.ts';

/** Starts a verb of `deme` as a task in a terminal of its own, for work that takes hours and goes on where it was. */
export async function runInTerminal(
  {trainer}: Pick<Studio, 'trainer'>,
  verb: readonly string[],
  {folder, title}: {folder: vscode.WorkspaceFolder; title: string},
): Promise<void> {
  const {path, args, environment} = await trainer.commandLine([...verb]);
  const execution = new vscode.ProcessExecution(path, args, {cwd: folder.uri.fsPath, env: environment});
  const task = new vscode.Task({type: 'deme'}, folder, title, 'DeMe', execution);
  task.presentationOptions = {reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated};
  await vscode.tasks.executeTask(task);
}
