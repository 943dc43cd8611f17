import {dirname, resolve} from 'node:path';
import * as vscode from 'vscode';
import type {Log} from '../log.ts';

/** Config files by their names; the pattern for watchers and document selectors. */
export const configGlob = '**/*.deme.{yaml,yml,json}';
const configName = /\.deme\.(ya?ml|json)$/;

/** Folders that hold no configs of the user, and can be huge. */
const skipped = new Set(['node_modules', '__pycache__', 'venv', 'site-packages', 'checkpoints']);
const maxDepth = 5;
const maxFolders = 3000;

/** Whether this is a config file of an experiment. */
export function isConfig(uri: vscode.Uri): boolean {
  return configName.test(uri.path);
}

/** The config files of the workspace, and those that are open from elsewhere. Looks for nothing before `start`. */
export class ConfigFiles implements vscode.Disposable {
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [];
  readonly #found = new Map<string, vscode.Uri>();

  /** Configs have come or gone, or what is written in them has changed. */
  readonly onDidChange = this.#changed.event;

  constructor(log: Log) {
    this.#log = log;
  }

  /** By their path. */
  all(): readonly vscode.Uri[] {
    return [...this.#found.values()].sort((a, b) => a.path.localeCompare(b.path));
  }

  /** Finds the configs and keeps watching for them. */
  async start(): Promise<void> {
    const watcher = vscode.workspace.createFileSystemWatcher(configGlob);
    this.#disposables.push(
      watcher,
      watcher.onDidCreate((uri) => this.#add(uri)),
      watcher.onDidChange(() => this.#changed.fire()),
      watcher.onDidDelete((uri) => this.#remove(uri)),
      vscode.workspace.onDidOpenTextDocument(({uri}) => {
        if (isConfig(uri)) this.#add(uri);
      }),
      vscode.workspace.onDidSaveTextDocument(({uri}) => {
        if (isConfig(uri)) this.#changed.fire();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.#findAll()),
    );
    await this.#findAll();
  }

  /** The folders in which the runs of all configs lie; none for configs that are not on a disk. */
  async outputs(): Promise<string[]> {
    const onDisk = this.all().filter(({scheme}) => scheme === 'file');
    return [...new Set(await Promise.all(onDisk.map((uri) => this.#outputOf(uri))))];
  }

  /** Has everybody look again, after something outside of the configs has changed. */
  recheck(): void {
    this.#changed.fire();
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
    this.#changed.dispose();
  }

  async #findAll(): Promise<void> {
    this.#found.clear();
    const budget = {folders: maxFolders};
    for (const {uri} of vscode.workspace.workspaceFolders ?? []) await this.#walk(uri, 0, budget);
    const open = vscode.workspace.textDocuments.map((document) => document.uri).filter(isConfig);
    for (const uri of open) if (uri.scheme !== 'git') this.#found.set(uri.toString(), uri);
    this.#changed.fire();
  }

  /** Not `findFiles`, which needs a search program that a server may lack. */
  async #walk(folder: vscode.Uri, depth: number, budget: {folders: number}): Promise<void> {
    if (budget.folders-- <= 0) return;
    const entries = await this.#list(folder);
    for (const [name, type] of entries) {
      const uri = vscode.Uri.joinPath(folder, name);
      if (type & vscode.FileType.Directory) {
        const isSkipped = name.startsWith('.') || skipped.has(name) || (type & vscode.FileType.SymbolicLink) !== 0;
        if (!isSkipped && depth < maxDepth) await this.#walk(uri, depth + 1, budget);
      } else if (type & vscode.FileType.File && isConfig(uri)) this.#found.set(uri.toString(), uri);
    }
  }

  async #list(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
    try {
      return await vscode.workspace.fs.readDirectory(folder);
    } catch (error) {
      this.#log.debug(`cannot look into ${folder.toString()}: ${String(error)}`);
      return [];
    }
  }

  /** A config with mistakes still says where its earlier runs lie. */
  async #outputOf(uri: vscode.Uri): Promise<string> {
    const folder = dirname(uri.fsPath);
    const fallback = resolve(folder, '.deme/runs');
    try {
      const [{outlineConfig}, {childValue}] = await Promise.all([
        import('../../trainer/contract/config/configOutline.ts'),
        import('../../trainer/contract/config/configSchema.ts'),
      ]);
      // VS Code would wait for the other end of a pipe.
      const {type} = await vscode.workspace.fs.stat(uri);
      if ((type & vscode.FileType.File) === 0) return fallback;
      const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
      const output = childValue(outlineConfig(text).value, 'output');
      return typeof output === 'string' && output !== '' ? resolve(folder, output) : fallback;
    } catch (error) {
      this.#log.debug(`cannot read ${uri.toString()}: ${String(error)}`);
      return fallback;
    }
  }

  #add(uri: vscode.Uri): void {
    if (uri.scheme === 'git' || this.#found.has(uri.toString())) return;
    this.#found.set(uri.toString(), uri);
    this.#changed.fire();
  }

  #remove(uri: vscode.Uri): void {
    if (this.#found.delete(uri.toString())) this.#changed.fire();
  }
}
