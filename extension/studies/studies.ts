import * as vscode from 'vscode';
import type {ConfigFiles} from '../config/configFiles.ts';
import {DisposableStore} from '../disposable.ts';
import type {Log} from '../log.ts';
import type {Runs} from '../runs/runs.ts';
import type {StudyFile} from './studyFile.ts';

const studyGlob = '**/{study,matrix,benchmark,benchmark-scale-*}.json';
/** Files are looked at most that often. */
const refreshMilliseconds = 500;

/**
 * The studies, matrices and benchmarks of the workspace: those beside its configs, and what else appears under their names. Looks again when the file
 * system or a run has news, as a table is written before and after each of its runs. Reads nothing before `start`.
 */
export class Studies implements vscode.Disposable {
  readonly #configs: ConfigFiles;
  readonly #runs: Runs;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #owned = new DisposableStore();
  /** Files that the editor has told of, besides those beside configs. */
  readonly #told = new Set<string>();
  #known: ReadonlyMap<string, StudyFile> = new Map();
  #timer: NodeJS.Timeout | null = null;
  #lastScan: Promise<void> = Promise.resolve();

  /** One has come, gone or been written. */
  readonly onDidChange = this.#changed.event;

  constructor(configs: ConfigFiles, runs: Runs, log: Log) {
    this.#configs = configs;
    this.#runs = runs;
    this.#log = log;
    this.#owned.add(this.#changed);
  }

  /** Oldest first. */
  all(): readonly StudyFile[] {
    return [...this.#known.values()].sort((a, b) => a.changed - b.changed || (a.path < b.path ? -1 : 1));
  }

  get(path: string): StudyFile | undefined {
    return this.#known.get(path);
  }

  /** Finds the files and keeps watching for them. */
  async start(): Promise<void> {
    const watcher = this.#owned.add(vscode.workspace.createFileSystemWatcher(studyGlob));
    const tell = ({scheme, fsPath}: vscode.Uri) => {
      if (scheme !== 'file') return;
      this.#told.add(fsPath);
      this.#plan();
    };
    this.#owned.add(watcher.onDidCreate(tell));
    this.#owned.add(watcher.onDidChange(tell));
    this.#owned.add(watcher.onDidDelete(() => this.#plan()));
    this.#owned.add(this.#configs.onDidChange(() => this.#plan()));
    this.#owned.add(this.#runs.onDidChange(() => this.#plan()));
    this.#owned.add(this.#runs.onDidChangeList(() => this.#plan()));
    await this.refresh();
  }

  /** Looks at all files, one look after the other. */
  refresh(): Promise<void> {
    return (this.#lastScan = this.#lastScan.then(() => this.#scan()));
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  #plan(): void {
    if (this.#owned.isDisposed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.refresh();
    }, refreshMilliseconds);
  }

  async #scan(): Promise<void> {
    try {
      const [{studyFilesBeside}, {readStudy}] = await Promise.all([
        import('./findStudies.ts'),
        import('./studyFile.ts'),
      ]);
      const configs = this.#configs.all().filter(({scheme}) => scheme === 'file');
      const files = await studyFilesBeside(configs.map(({fsPath}) => fsPath));
      const found = new Map<string, StudyFile>();
      for (const path of new Set([...files, ...this.#told])) {
        const study = await readStudy(path, this.#known.get(path));
        if (study === null) this.#told.delete(path);
        else found.set(path, study);
      }
      const isSame =
        found.size === this.#known.size && [...found].every(([path, one]) => this.#known.get(path) === one);
      this.#known = found;
      if (!isSame && !this.#owned.isDisposed) this.#changed.fire();
    } catch (error) {
      this.#log.error(
        `cannot look for studies: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }
}
