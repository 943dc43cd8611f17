import * as vscode from 'vscode';
import {UserError} from '../trainer/contract/errors.ts';
import {notify} from './notify.ts';

/** Shows what went wrong: a mistake of the user with its place and what to do, anything else as what it is. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  if (!(error instanceof UserError)) {
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await offerLog(log, `DeMe has a bug: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  log.error(error.line);
  const place = await placeOf(error);
  const text = textOf(error);
  if (place === null) return offerLog(log, text);
  if ((await notify.error(text, 'Open')) === 'Open') {
    await vscode.window.showTextDocument(place.uri, {selection: new vscode.Range(place.position, place.position)});
  }
}

async function offerLog(log: vscode.LogOutputChannel, text: string): Promise<void> {
  if ((await notify.error(text, 'Show Log')) === 'Show Log') log.show();
}

/** `name is missing. Add one.` */
function textOf({message, hint}: UserError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** The place in a file that an error names as `file:line:column`; null where it names none, or no file that is there. */
async function placeOf({where}: UserError): Promise<{uri: vscode.Uri; position: vscode.Position} | null> {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(where ?? '') ?? [];
  if (file === undefined) return null;
  const uri = vscode.Uri.file(file);
  const isThere = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  return isThere ? {uri, position: new vscode.Position(Number(line) - 1, Number(column) - 1)} : null;
}
