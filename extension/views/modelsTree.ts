import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import * as vscode from 'vscode';
import {DisposableStore} from '../disposable.ts';
import type {Run} from '../run.ts';
import type {Runs} from '../runs.ts';

export const modelsView = 'deme.models';

/** A group of models, or a model (with its folder). */
export interface ModelElement {
  readonly id: string;
  readonly label: string;
  readonly folder: string | null;
  readonly children: readonly ModelElement[];
}

const refreshMilliseconds = 1000;

/** The models that are on the disk: the bases, and those of each run. */
export class ModelsTree implements vscode.TreeDataProvider<ModelElement>, vscode.Disposable {
  readonly #runs: Runs;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #owned = new DisposableStore();
  #timer: NodeJS.Timeout | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(runs: Runs) {
    this.#runs = runs;
    this.#owned.add(vscode.window.createTreeView(modelsView, {treeDataProvider: this, showCollapseAll: true}));
    this.#owned.add(this.#changed);
    this.#owned.add(runs.onDidChangeList(() => this.refresh()));
    const seen = new Map<string, number>();
    this.#owned.add(
      runs.onDidChange((run) => {
        // Models come with the ends of stages.
        const done = [...run.progress.stages.values()].filter(({state}) => state === 'done').length;
        if (seen.get(run.path) !== done) this.refresh();
        seen.set(run.path, done);
      }),
    );
  }

  refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changed.fire(undefined);
    }, refreshMilliseconds);
  }

  async getChildren(element?: ModelElement): Promise<ModelElement[]> {
    return element === undefined ? modelElements(this.#runs.all()) : [...element.children];
  }

  getTreeItem({id, label, folder, children}: ModelElement): vscode.TreeItem {
    const {None, Collapsed} = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(label, children.length === 0 ? None : Collapsed);
    item.id = id;
    item.iconPath = new vscode.ThemeIcon(folder === null ? 'folder' : 'package');
    item.contextValue = folder === null ? 'models' : 'model';
    if (folder === null) item.description = children.length === 1 ? '1 model' : `${children.length} models`;
    item.accessibilityInformation = {label: folder === null ? `${label}, ${children.length} models` : `Model ${label}`};
    return item;
  }

  async resolveTreeItem(item: vscode.TreeItem, {folder}: ModelElement): Promise<vscode.TreeItem> {
    if (folder !== null) item.tooltip = await modelTooltip(folder);
    return item;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }
}

/** Bases first, then the models of each run, newest first. */
export async function modelElements(runs: readonly Run[]): Promise<ModelElement[]> {
  const bases = new Set(runs.flatMap(({config}) => (config.baseFolder === null ? [] : [config.baseFolder])));
  const base = [...bases].map((folder) => model(`base:${folder}`, basename(folder), folder));
  const groups = await Promise.all(runs.toReversed().map(groupOf));
  return [
    ...(base.length === 0 ? [] : [{id: 'bases', label: 'Base models', folder: null, children: base}]),
    ...groups.filter(({children}) => children.length > 0),
  ];
}

async function groupOf({path, record}: Run): Promise<ModelElement> {
  const folder = join(path, 'models');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const models = names
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
  const children = models.map((name) => model(`model:${join(folder, name)}`, name, join(folder, name)));
  return {id: `models:${path}`, label: record.id, folder: null, children};
}

function model(id: string, label: string, folder: string): ModelElement {
  return {id, label, folder, children: []};
}

async function modelTooltip(folder: string): Promise<string> {
  const {readModelFolder} = await import('../../trainer/store/modelFolder.ts');
  try {
    const {record} = await readModelFolder(folder);
    const facts =
      record === null
        ? ['made elsewhere']
        : [record.role, ...(record.range ? [`timesteps [${record.range.join(', ')})`] : [])];
    if (record?.updates !== undefined) facts.push(`${record.updates} updates`);
    if (record && record.projection !== 'off') facts.push(`${record.projection} projections`);
    return `${facts.join(', ')}\n${folder}`;
  } catch (error) {
    return `${folder}\n${error instanceof Error ? error.message : String(error)}`;
  }
}
