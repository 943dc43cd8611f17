import * as vscode from 'vscode';
import type {ConfigFiles} from '../config/configFiles.ts';
import {DisposableStore} from '../disposable.ts';
import {agoText} from '../../trainer/contract/durationText.ts';
import type {JobQueue} from '../runs/jobQueue.ts';
import {isActiveRun, type Run} from '../runs/run.ts';
import {runStateText} from '../runs/runText.ts';
import type {Runs} from '../runs/runs.ts';
import type {Studies} from '../studies/studies.ts';
import type {ExperimentNode} from './experimentNode.ts';
import type {SortOrder, TreeChoice} from './experimentNodes.ts';
import {lineageItem} from './lineageItem.ts';
import type {LineageRow} from './lineageRows.ts';

export const experimentsView = 'deme.experiments';

/** Rows are redrawn at most that often while something runs. */
const refreshMilliseconds = 500;
const choiceKey = 'deme.experiments.choice';

/** What the tree shows. */
export interface TreeSources {
  readonly runs: Runs;
  readonly configs: ConfigFiles;
  readonly queue: JobQueue;
  readonly studies: Studies;
}

/** The tree of experiments. Its elements are ids, which stay the same while what they stand for changes. */
export class ExperimentsTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  readonly #runs: Runs;
  readonly #configs: ConfigFiles;
  readonly #queue: JobQueue;
  readonly #studies: Studies;
  readonly #store: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<string | undefined>();
  readonly #owned = new DisposableStore();
  readonly #view: vscode.TreeView<string>;
  readonly #stale = new Set<string | undefined>();
  /** Those below merged models, which are looked up when these are opened. */
  readonly #rows = new Map<string, ExperimentNode>();
  #nodes = new Map<string, ExperimentNode>();
  #timer: NodeJS.Timeout | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor({runs, configs, queue, studies}: TreeSources, store: vscode.Memento) {
    this.#runs = runs;
    this.#configs = configs;
    this.#queue = queue;
    this.#studies = studies;
    this.#store = store;
    this.#view = this.#owned.add(
      vscode.window.createTreeView(experimentsView, {treeDataProvider: this, showCollapseAll: true}),
    );
    this.#owned.add(this.#changed);
    this.#owned.add(runs.onDidChange((run) => this.#refresh(`run:${run.path}`)));
    this.#owned.add(runs.onDidChangeList(() => this.#refresh(undefined)));
    // Rows are asked for only while the view can be seen, the badge is there for when it cannot.
    this.#owned.add(runs.onDidChange(() => this.#showBadge()));
    this.#owned.add(runs.onDidChangeList(() => this.#showBadge()));
    this.#owned.add(configs.onDidChange(() => this.#refresh(undefined)));
    this.#owned.add(queue.onDidChange(() => this.#refresh(undefined)));
    this.#owned.add(studies.onDidChange(() => this.#refresh(undefined)));
    this.#showChoice();
  }

  get choice(): TreeChoice {
    return this.#store.get<TreeChoice>(choiceKey, {filter: '', sort: 'newest'});
  }

  async choose(change: {filter?: string; sort?: SortOrder}): Promise<void> {
    await this.#store.update(choiceKey, {...this.choice, ...change});
    this.#showChoice();
    this.#refresh(undefined);
  }

  /** What an element stands for. */
  node(id: string): ExperimentNode | undefined {
    return this.#nodes.get(id) ?? this.#rows.get(id);
  }

  async getChildren(id?: string): Promise<string[]> {
    if (id === undefined) return this.#rebuild();
    const {children = [], isMerged, model} = this.node(id) ?? {};
    if (isMerged && model !== undefined) return this.#lineage(id, model);
    return children.map((child) => child.id);
  }

  getParent(id: string): string | undefined {
    return [...this.#nodes.values()].find(({children}) => children.some((child) => child.id === id))?.id;
  }

  getTreeItem(id: string): vscode.TreeItem {
    const node = this.node(id);
    if (node?.row !== undefined) return lineageItem(node.row);
    return node === undefined ? new vscode.TreeItem('') : toItem(node);
  }

  async resolveTreeItem(item: vscode.TreeItem, id: string): Promise<vscode.TreeItem> {
    const run = this.#nodes.get(id)?.run;
    if (run === undefined) return item;
    const {runHeadline} = await import('../runs/runHeadline.ts');
    item.tooltip = tooltipOf(run, runHeadline(run).text);
    return item;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  async #rebuild(): Promise<string[]> {
    const {experimentNodes} = await import('./experimentNodes.ts');
    const configs = this.#configs.all().map(({fsPath}) => fsPath);
    const roots = experimentNodes({
      runs: this.#runs.all(),
      configs,
      jobs: this.#queue.all(),
      choice: this.choice,
      unreadable: this.#runs.unreadable(),
      studies: this.#studies.all(),
    });
    this.#nodes = new Map(roots.flatMap(withDescendants).map((node) => [node.id, node]));
    return roots.map(({id}) => id);
  }

  async #lineage(id: string, model: string): Promise<string[]> {
    const {lineageRows} = await import('./lineageRows.ts');
    const rows = await lineageRows(model, id, this.#runs.all());
    for (const row of rows) this.#rows.set(row.id, nodeOfRow(row));
    return rows.map((row) => row.id);
  }

  #refresh(id: string | undefined): void {
    this.#stale.add(id);
    this.#timer ??= setTimeout(() => void this.#redraw(), refreshMilliseconds);
  }

  async #redraw(): Promise<void> {
    this.#timer = null;
    const stale = [...this.#stale];
    this.#stale.clear();
    // A run that is not shown (yet) changes the list.
    const isWhole = stale.some((id) => id === undefined || !this.#nodes.has(id));
    if (!isWhole) await this.#rebuild();
    if (this.#owned.isDisposed) return;
    if (isWhole) this.#changed.fire(undefined);
    else stale.forEach((id) => this.#changed.fire(id));
  }

  #showBadge(): void {
    const active = this.#runs.all().filter(isActiveRun).length;
    const tooltip = active === 1 ? '1 run is active' : `${active} runs are active`;
    if (active === (this.#view.badge?.value ?? 0)) return;
    this.#view.badge = active === 0 ? undefined : {value: active, tooltip};
  }

  #showChoice(): void {
    const {filter} = this.choice;
    this.#view.message = filter === '' ? undefined : `Only runs with: ${filter}`;
    void vscode.commands.executeCommand('setContext', 'deme.filtered', filter !== '');
  }
}

function nodeOfRow(row: LineageRow): ExperimentNode {
  const {id, label, description, icon, folder, isMerged} = row;
  const context = folder === null ? 'lineage' : 'model';
  return {id, label, description, icon, context, children: [], isMerged, row, ...(folder !== null && {model: folder})};
}

function withDescendants(node: ExperimentNode): ExperimentNode[] {
  return [node, ...node.children.flatMap(withDescendants)];
}

function toItem(node: ExperimentNode): vscode.TreeItem {
  const {None, Collapsed, Expanded} = vscode.TreeItemCollapsibleState;
  const state = node.children.length === 0 && !node.isMerged ? None : node.isExpanded ? Expanded : Collapsed;
  const item = new vscode.TreeItem(node.label, state);
  item.id = node.id;
  item.description = node.description;
  item.contextValue = node.context;
  const color = node.color === undefined ? undefined : new vscode.ThemeColor(node.color);
  item.iconPath = new vscode.ThemeIcon(node.icon, color);
  item.accessibilityInformation = {label: `${node.label}, ${node.description}`};
  item.command = commandOf(node);
  return item;
}

function commandOf({context, run, config, file, study, id}: ExperimentNode): vscode.Command | undefined {
  if (study !== undefined) return {command: 'deme.showStudy', title: 'Show', arguments: [study]};
  if (file !== undefined) return {command: 'deme.openFile', title: 'Open', arguments: [file]};
  if (run !== undefined && id.startsWith('run:')) {
    return {command: 'deme.openPanel', title: 'Open Panel', arguments: [run.path]};
  }
  if (context !== 'experiment' || config === undefined) return undefined;
  return {command: 'deme.openFile', title: 'Open Config', arguments: [config]};
}

function tooltipOf(run: Run, headline: string): vscode.MarkdownString {
  const {record, notes, problem, progress} = run;
  const age = agoText((Date.now() - Date.parse(record.created)) / 1000);
  const text = new vscode.MarkdownString();
  const line = (name: string, value: string) =>
    text.appendMarkdown('**').appendText(name).appendMarkdown('** ').appendText(value).appendMarkdown('\n\n');
  line(record.id, runStateText(run));
  text.appendText(headline).appendMarkdown('\n\n');
  line('Begun', age);
  line('Engine', [record.engine.name, record.engine.version, record.engine.device].join(' '));
  if (notes.tags.length > 0) line('Tags', notes.tags.join(', '));
  if (notes.note !== '') line('Note', notes.note);
  if (problem !== null) line('Problem', problem);
  progress.warnings.slice(-3).forEach((warning) => line('Warning', warning));
  line('Folder', run.path);
  return text;
}
