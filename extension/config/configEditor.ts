import {dirname} from 'node:path';
import * as vscode from 'vscode';
import type {TextSpan} from '../../trainer/contract/config/configOutline.ts';
import {isConfig} from './configFiles.ts';
import {DisposableStore} from '../disposable.ts';

/** Config files as VS Code selects documents: JSON ones get completion and hover from their JSON schema. */
export const yamlConfigs: vscode.DocumentSelector = [{pattern: '**/*.deme.yaml'}, {pattern: '**/*.deme.yml'}];
export const allConfigs: vscode.DocumentSelector = [...yamlConfigs, {pattern: '**/*.deme.json'}];

/** Help in config files: mistakes with quick fixes, completion and hover. What it is made of is loaded with the first config. */
export function registerConfigEditor(): vscode.Disposable {
  const owned = new DisposableStore();
  const mistakes = owned.add(new Mistakes());
  owned.add(
    vscode.languages.registerCodeActionsProvider(allConfigs, mistakes, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
  owned.add(vscode.languages.registerCompletionItemProvider(yamlConfigs, {provideCompletionItems}, ':', ' ', '{', ','));
  owned.add(vscode.languages.registerHoverProvider(yamlConfigs, {provideHover}));
  return owned;
}

const typingMilliseconds = 250;
const source = 'DeMe';

/** Diagnostics of all open configs, a moment after the last key. */
class Mistakes implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('deme');
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #owned = new DisposableStore();

  constructor() {
    this.#owned.add(this.#collection);
    this.#owned.add(vscode.workspace.onDidOpenTextDocument((document) => this.#plan(document, 0)));
    this.#owned.add(vscode.workspace.onDidChangeTextDocument(({document}) => this.#plan(document, typingMilliseconds)));
    this.#owned.add(vscode.workspace.onDidSaveTextDocument((document) => this.#plan(document, 0)));
    this.#owned.add(vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)));
    vscode.workspace.textDocuments.forEach((document) => this.#plan(document, 0));
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#owned.dispose();
  }

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    const {configProblems, quickFixes} = await import('./quickFixes.ts');
    const text = document.getText();
    const here = configProblems(text).filter(({problem}) => toRange(problem).intersection(range) !== undefined);
    const fixes = here.flatMap(({problem, message}) =>
      quickFixes(text, problem).map((fix) => {
        const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
        action.diagnostics = [toDiagnostic(problem, message)];
        action.isPreferred = fix.isPreferred;
        action.edit = new vscode.WorkspaceEdit();
        action.edit.replace(document.uri, toRange(fix.span), fix.text);
        return action;
      }),
    );
    return [...fixes, ...(await fetchActions(document, range))];
  }

  #plan(document: vscode.TextDocument, delay: number): void {
    if (!isConfig(document.uri) || document.uri.scheme === 'git') return;
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void this.#check(document), delay),
    );
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const {configProblems} = await import('./quickFixes.ts');
    const {version} = document;
    const problems = configProblems(document.getText()).map(({problem, message}) => toDiagnostic(problem, message));
    const isPast = () => document.isClosed || document.version !== version || this.#owned.isDisposed;
    if (isPast()) return;
    this.#collection.set(document.uri, problems);
    const warnings = await baseWarnings(document);
    if (warnings.length > 0 && !isPast()) this.#collection.set(document.uri, [...problems, ...warnings]);
  }

  #forget({uri}: vscode.TextDocument): void {
    clearTimeout(this.#timers.get(uri.toString()));
    this.#timers.delete(uri.toString());
    this.#collection.delete(uri);
  }
}

async function provideCompletionItems(document: vscode.TextDocument, position: vscode.Position) {
  const {suggestionsAt} = await import('./completion.ts');
  return suggestionsAt(document.getText(), position.line, position.character).map((suggestion, i) => {
    const {Property, Value} = vscode.CompletionItemKind;
    const item = new vscode.CompletionItem(suggestion.label, suggestion.isKey ? Property : Value);
    item.insertText = suggestion.insert;
    item.range = new vscode.Range(position.line, suggestion.from, position.line, suggestion.to);
    item.detail = suggestion.detail;
    item.documentation = new vscode.MarkdownString(suggestion.documentation);
    // In the order of the schema, which is that of the work.
    item.sortText = String(i).padStart(3, '0');
    if (suggestion.insert.endsWith(' ')) item.command = {command: 'editor.action.triggerSuggest', title: 'Suggest'};
    return item;
  });
}

async function provideHover(document: vscode.TextDocument, position: vscode.Position) {
  const {helpAt} = await import('./hover.ts');
  const help = helpAt(document.getText(), position.line + 1, position.character + 1);
  return help && new vscode.Hover(new vscode.MarkdownString(help.markdown), toRange(help.span));
}

/** Warnings where the base model is not there or lacks what a setting needs; only looked for where files are at hand. */
async function baseWarnings(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
  if (document.uri.scheme !== 'file') return [];
  const [{outlineConfig}, {baseProblem}, {textProblems}, {noticeText}] = await Promise.all([
    import('../../trainer/contract/config/configOutline.ts'),
    import('../../trainer/store/hub/baseProblem.ts'),
    import('../../trainer/store/hub/textProblems.ts'),
    import('../shownText.ts'),
  ]);
  const outline = outlineConfig(document.getText());
  const folder = dirname(document.uri.fsPath);
  const missing = await baseProblem(outline.value, folder);
  const problems = missing === null ? await textProblems(outline.value, folder) : [{path: ['base'], error: missing}];
  return problems.flatMap(({path, error}) => {
    const span = outline.keySpan(path);
    if (span === undefined) return [];
    const text = noticeText(`${error.message}${error.hint ? ` ${error.hint}` : ''}`);
    const diagnostic = new vscode.Diagnostic(toRange(span), text, vscode.DiagnosticSeverity.Warning);
    diagnostic.source = source;
    diagnostic.code = error.code;
    return diagnostic;
  });
}

/** Offers to fetch a base that has the form of a name on the hub. */
async function fetchActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  const missing = vscode.languages
    .getDiagnostics(document.uri)
    .find((each) => each.code === 'base-missing' && each.range.intersection(range) !== undefined);
  if (missing === undefined) return [];
  const [{outlineConfig}, {childValue}, {isHubName}] = await Promise.all([
    import('../../trainer/contract/config/configOutline.ts'),
    import('../../trainer/contract/config/configSchema.ts'),
    import('./baseModel.ts'),
  ]);
  const base = childValue(outlineConfig(document.getText()).value, 'base');
  if (!isHubName(base)) return [];
  const action = new vscode.CodeAction(`Fetch ${base}`, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [missing];
  action.command = {command: 'deme.fetchModel', title: 'Fetch', arguments: [base]};
  return [action];
}

function toDiagnostic(span: TextSpan, message: string): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(span), message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = source;
  return diagnostic;
}

function toRange({line, column, endLine, endColumn}: TextSpan): vscode.Range {
  return new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}
