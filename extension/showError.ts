import {basename, isAbsolute} from 'node:path';
import * as vscode from 'vscode';
import {UserError} from '../trainer/contract/errors.ts';
import {notify} from './notify.ts';
import {remedyOf} from './remedy.ts';

/** Shows what went wrong: a mistake of the user with its place and a button for what to do, anything else as what it is. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  const showLog: Action = {label: 'Show Log', act: () => log.show()};
  if (!(error instanceof UserError)) {
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return offer(`DeMe has a bug: ${error instanceof Error ? error.message : String(error)}`, [showLog]);
  }
  log.error(error.line);
  const place = await placeOf(error);
  const remedy = remedyOf(error.hint);
  const actions: Action[] = [];
  if (remedy !== null) {
    const {label, command, args} = remedy;
    actions.push({label, act: () => vscode.commands.executeCommand(command, ...args)});
  }
  if (place !== null) {
    const {uri, position} = place;
    const selection = new vscode.Range(position, position);
    const label = `Open at Line ${position.line + 1}`;
    actions.push({label, act: () => vscode.window.showTextDocument(uri, {selection})});
  }
  await offer(textOf(error, place), actions.length === 0 ? [showLog] : actions);
}

interface Action {
  readonly label: string;
  act(): unknown;
}

async function offer(text: string, actions: readonly Action[]): Promise<void> {
  const pressed = await notify.error(text, ...actions.map(({label}) => label));
  await actions.find(({label}) => label === pressed)?.act();
}

interface Place {
  readonly uri: vscode.Uri;
  readonly position: vscode.Position;
}

/**
 * `a.deme.yaml, line 3: unknown key rangs. 2 more mistakes are marked in the file.`, `runs/a-1: name is missing. Add one.` A notice has no lines,
 * and of several mistakes the first is told.
 */
function textOf({code, message, hint, where}: UserError, place: Place | null): string {
  const [first = '', ...others] = code === 'config-invalid' ? message.split('\n') : [message];
  const count = others.length === 1 ? 'One more mistake is' : `${others.length} more mistakes are`;
  const end = /[.?!]$/.test(first) ? '' : '.';
  const more = others.length === 0 ? '' : `${end} ${count} marked in the file.`;
  return `${whereText(where, place)}${first}${more}${hint === undefined ? '' : ` ${hint}`}`;
}

function whereText(where: string | undefined, place: Place | null): string {
  if (place !== null) return `${basename(place.uri.fsPath)}, line ${place.position.line + 1}: `;
  return where !== undefined && isAbsolute(where) ? `${vscode.workspace.asRelativePath(where)}: ` : '';
}

/** The place in a file that an error names as `file:line:column`; null where it names none, or no file that is there. */
async function placeOf({where}: UserError): Promise<Place | null> {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(where ?? '') ?? [];
  if (file === undefined) return null;
  const uri = vscode.Uri.file(file);
  const isThere = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  return isThere ? {uri, position: new vscode.Position(Number(line) - 1, Number(column) - 1)} : null;
}
