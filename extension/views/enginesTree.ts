import {freemem, totalmem} from 'node:os';
import * as vscode from 'vscode';
import type {EngineStatus} from '../../trainer/contract/engine/engineStatus.ts';
import {DisposableStore} from '../disposable.ts';
import type {Log} from '../log.ts';
import type {Trainer} from '../trainer/trainer.ts';

export const enginesView = 'deme.engines';

/** An engine, or the machine. */
export type EngineElement = EngineStatus | 'machine';

/** The engines on this machine. The trainer is asked when the view is first shown, and when the user refreshes it. */
export class EnginesTree implements vscode.TreeDataProvider<EngineElement>, vscode.Disposable {
  readonly #trainer: Trainer;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #owned = new DisposableStore();
  readonly #view: vscode.TreeView<EngineElement>;
  #engines: Promise<readonly EngineStatus[]> | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(trainer: Trainer, log: Log) {
    this.#trainer = trainer;
    this.#log = log;
    this.#view = this.#owned.add(vscode.window.createTreeView(enginesView, {treeDataProvider: this}));
    this.#owned.add(this.#changed);
    this.#owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()));
  }

  refresh(): void {
    this.#engines = null;
    this.#changed.fire(undefined);
  }

  async getChildren(element?: EngineElement): Promise<EngineElement[]> {
    if (element !== undefined || !vscode.workspace.isTrusted) return [];
    this.#engines ??= this.#ask();
    const engines = await this.#engines;
    return engines.length === 0 ? [] : [...engines, 'machine'];
  }

  getTreeItem(element: EngineElement): vscode.TreeItem {
    return element === 'machine' ? machineItem() : engineItem(element);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #ask(): Promise<readonly EngineStatus[]> {
    const [{EngineList}, {noticeText}] = await Promise.all([
      import('../../trainer/contract/engine/engineStatus.ts'),
      import('../shownText.ts'),
    ]);
    try {
      const {engines} = await this.#trainer.deme(EngineList, ['engine', 'list']);
      this.#view.message = undefined;
      return engines.map((engine) => ({...engine, note: noticeText(engine.note)}));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#log.error(`the engines cannot be listed: ${text}`);
      this.#view.message = noticeText(text);
      return [];
    }
  }
}

function engineItem({name, installed, healthy, version, device, memory, note}: EngineStatus): vscode.TreeItem {
  const health = healthy ? 'healthy' : installed ? 'not healthy' : 'not installed';
  const parts = [health, version, device, memory === undefined ? null : gigabytes(memory)];
  const description = parts.filter((part) => part !== null).join(' · ');
  const item = new vscode.TreeItem(name);
  item.id = name;
  item.description = description;
  item.tooltip = note;
  item.contextValue = `engine.${name}.${installed ? 'installed' : 'absent'}`;
  item.accessibilityInformation = {label: `${name}, ${description}`};
  item.iconPath = healthy
    ? new vscode.ThemeIcon('pass', new vscode.ThemeColor('charts.green'))
    : new vscode.ThemeIcon(installed ? 'warning' : 'circle-outline');
  return item;
}

function machineItem(): vscode.TreeItem {
  const item = new vscode.TreeItem('Memory');
  item.id = 'machine';
  item.description = `${gigabytes(freemem())} of ${gigabytes(totalmem())} free`;
  item.tooltip = 'Memory of the machine on which the trainer runs';
  item.contextValue = 'machine';
  item.iconPath = new vscode.ThemeIcon('server');
  item.accessibilityInformation = {label: `Memory of this machine, ${item.description}`};
  return item;
}

/** `15.5 GB` */
function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
