import {basename, join} from 'node:path';
import * as vscode from 'vscode';
import {DisposableStore} from '../disposable.ts';
import {isMerged} from '../runs/isMerged.ts';
import type {Run} from '../runs/run.ts';
import type {Runs} from '../runs/runs.ts';
import {lineageItem} from './lineageItem.ts';
import type {LineageRow} from './lineageRows.ts';

export const modelsView = 'deme.models';

/** A group of models, a model (with its folder), or a row below a merged model. */
export interface ModelElement {
  readonly id: string;
  readonly label: string;
  readonly folder: string | null;
  readonly children: readonly ModelElement[];
  /** Set for a model that was merged from others: these are below it. */
  readonly isMerged?: boolean;
  /** Set for what a model was merged from, and how. */
  readonly row?: LineageRow;
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
    if (element === undefined) return modelElements(this.#runs.all());
    const {id, folder, isMerged: hasLineage, children} = element;
    if (!hasLineage || folder === null) return [...children];
    const {lineageRows} = await import('./lineageRows.ts');
    return (await lineageRows(folder, id, this.#runs.all())).map(rowElement);
  }

  getTreeItem(element: ModelElement): vscode.TreeItem {
    return element.row === undefined ? modelItem(element) : lineageItem(element.row);
  }

  async resolveTreeItem(item: vscode.TreeItem, {folder, row}: ModelElement): Promise<vscode.TreeItem> {
    if (folder !== null && row === undefined) item.tooltip = await modelTooltip(folder);
    return item;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }
}

function modelItem({id, label, folder, children, isMerged: hasLineage}: ModelElement): vscode.TreeItem {
  const {None, Collapsed} = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, children.length === 0 && !hasLineage ? None : Collapsed);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(folder === null ? 'folder' : 'package');
  item.contextValue = folder === null ? 'models' : 'model';
  if (folder === null) item.description = children.length === 1 ? '1 model' : `${children.length} models`;
  item.accessibilityInformation = {label: folder === null ? `${label}, ${children.length} models` : `Model ${label}`};
  return item;
}

/** Bases first, then the models of each run, newest first. */
export async function modelElements(runs: readonly Run[]): Promise<ModelElement[]> {
  const bases = new Set(runs.flatMap(({config}) => (config.baseFolder === null ? [] : [config.baseFolder])));
  const base = await Promise.all([...bases].map((folder) => model(`base:${folder}`, basename(folder), folder)));
  const groups = await Promise.all(runs.toReversed().map(groupOf));
  return [
    ...(base.length === 0 ? [] : [{id: 'bases', label: 'Base models', folder: null, children: base}]),
    ...groups.filter(({children}) => children.length > 0),
  ];
}

async function groupOf({path, record}: Run): Promise<ModelElement> {
  const [{namesIn}, {runPaths}] = await Promise.all([
    import('../../trainer/store/files/namesIn.ts'),
    import('../../trainer/store/run/runPaths.ts'),
  ]);
  const folder = runPaths.models(path);
  const names = await namesIn(folder);
  const models = names
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
  const children = await Promise.all(
    models.map((name) => model(`model:${join(folder, name)}`, name, join(folder, name))),
  );
  return {id: `models:${path}`, label: record.id, folder: null, children};
}

async function model(id: string, label: string, folder: string): Promise<ModelElement> {
  const {printable} = await import('../../trainer/contract/printable.ts');
  return {id, label: printable(label), folder, children: [], ...((await isMerged(folder)) && {isMerged: true})};
}

function rowElement(row: LineageRow): ModelElement {
  const {id, label, folder, isMerged: hasLineage} = row;
  return {id, label, folder, children: [], isMerged: hasLineage, row};
}

async function modelTooltip(folder: string): Promise<string> {
  const {readModelFolder} = await import('../../trainer/store/weights/modelFolder.ts');
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
