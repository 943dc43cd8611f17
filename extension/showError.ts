import {basename, isAbsolute} from 'node:path';
import * as vscode from 'vscode';
import {UserError} from '../trainer/contract/errors.ts';
import {notify} from './notify.ts';
import {remedyOf} from './remedy.ts';

/** Of the mistakes of a config, a notice tells so many; the others are marked in the file. */
const toldMistakes = 3;

/** Shows what went wrong: a mistake of the user with its place and a button for what to do, anything else as what it is. */
export async function showError(log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  const showLog: Action = {label: 'Show Log', act: () => log.show()};
  if (!(error instanceof UserError)) {
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return offer(`DeMe has a bug: ${error instanceof Error ? error.message : String(error)}`, [showLog]);
  }
  log.error(error.line);
  const found = mistakesIn(error);
  const mistakes = found !== null && (await isThere(found.file)) ? found : null;
  const actions = [...remedyActions(error), ...(mistakes === null ? [] : openActions(mistakes))];
  const text = mistakes === null ? `${whereText(error)}${error.message}` : mistakesText(mistakes);
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  await offer(`${text}${hint}`, actions.length === 0 ? [showLog] : actions);
}

interface Action {
  readonly label: string;
  act(): unknown;
}

async function offer(text: string, actions: readonly Action[]): Promise<void> {
  const pressed = await notify.error(text, ...actions.map(({label}) => label));
  await actions.find(({label}) => label === pressed)?.act();
}

function remedyActions({hint}: UserError): Action[] {
  const remedy = remedyOf(hint);
  if (remedy === null) return [];
  const {label, command, args} = remedy;
  return [{label, act: () => vscode.commands.executeCommand(command, ...args)}];
}

/** One for each line. */
function openActions({file, mistakes}: Mistakes): Action[] {
  const told = mistakes.slice(0, toldMistakes);
  const first = told.filter(({line}, i) => told.findIndex((other) => other.line === line) === i);
  return first.map(({line, column}) => {
    const position = new vscode.Position(line - 1, column - 1);
    const selection = new vscode.Range(position, position);
    const act = () => vscode.window.showTextDocument(vscode.Uri.file(file), {selection});
    return {label: `Open at Line ${line}`, act};
  });
}

/** Mistakes in one file. Lines and columns count from 1. */
interface Mistakes {
  readonly file: string;
  readonly mistakes: readonly {readonly line: number; readonly column: number; readonly text: string}[];
}

/** The mistakes that an error tells with their places, as `parseConfig` writes them; null for one without a place. */
function mistakesIn({code, message, where}: UserError): Mistakes | null {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(where ?? '') ?? [];
  if (file === undefined) return null;
  const place = {line: Number(line), column: Number(column)};
  if (code !== 'config-invalid') return {file, mistakes: [{...place, text: message}]};
  const [first = '', ...others] = message.split('\n');
  const mistakes = others.flatMap((other) => {
    const [, line, column, text] = /^:(\d+):(\d+): (.*)$/.exec(other.replace(file, '')) ?? [];
    return text === undefined ? [] : [{line: Number(line), column: Number(column), text}];
  });
  return {file, mistakes: [{...place, text: first}, ...mistakes]};
}

/** `a.deme.yaml, line 1: a base model is required. Line 2: unknown key basis; did you mean base? 2 more mistakes are marked in the file.` */
function mistakesText({file, mistakes}: Mistakes): string {
  const told = mistakes
    .slice(0, toldMistakes)
    .map(({line, text}, i) => `${i === 0 ? 'line' : 'Line'} ${line}: ${text}`);
  const more = mistakes.length - told.length;
  const marked =
    more === 0 ? [] : [`${more === 1 ? 'One more mistake is' : `${more} more mistakes are`} marked in the file.`];
  if (told.length === 1) return `${basename(file)}, ${told.join()}`;
  const sentences = told.map((text) => (/[.?!]$/.test(text) ? text : `${text}.`));
  return [`${basename(file)}, ${sentences.join(' ')}`, ...marked].join(' ');
}

/** Where it is, unless a button leads to what helps. */
function whereText({where, hint}: UserError): string {
  if (where === undefined || !isAbsolute(where) || remedyOf(hint) !== null) return '';
  return `${vscode.workspace.asRelativePath(where)}: `;
}

function isThere(file: string): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(vscode.Uri.file(file))).then(
    () => true,
    () => false,
  );
}
