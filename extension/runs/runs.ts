import {watch, type FSWatcher} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import * as vscode from 'vscode';
import type {FollowedRun} from './followedRun.ts';
import type {Log} from '../log.ts';
import {isActiveRun, type Run} from './run.ts';

/** How often a run that is carried out is looked at, where the file system does not tell by itself. */
const activeMilliseconds = 500;
/** How often the others, and new ones, are looked for: somebody may start them from a shell. */
const idleMilliseconds = 3000;
/** Changes that the file system tells are taken in at most that often. */
const watchMilliseconds = 100;

/**
 * All known runs: those in the output folders of the workspace's configs. Follows their folders, whoever carries them out, and tells
 * what changes. Reads nothing before it is given folders.
 */
export class Runs implements vscode.Disposable {
  readonly #followed = new Map<string, FollowedRun>();
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed = new vscode.EventEmitter<Run>();
  readonly #listChanged = new vscode.EventEmitter<void>();
  /** What is wrong with run folders, as it was told last. */
  readonly #faults = new Map<string, string>();
  readonly #log: Log;
  #outputs: readonly string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #scan: Promise<void> | null = null;
  /** By a clock that only goes forward, as are all times between two looks. */
  #scannedAt = -Infinity;
  #isDisposed = false;

  /** A run is new or has changed. */
  readonly onDidChange = this.#changed.event;
  /** A run has come or gone. */
  readonly onDidChangeList = this.#listChanged.event;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Oldest first. */
  all(): readonly Run[] {
    const runs = [...this.#followed.values()].map(({run}) => run);
    return runs.sort((a, b) => Date.parse(a.record.created) - Date.parse(b.record.created));
  }

  get(path: string): Run | undefined {
    return this.#followed.get(path)?.run;
  }

  /** Run folders that cannot be read, and why. */
  unreadable(): ReadonlyMap<string, string> {
    return new Map([...this.#faults].filter(([path]) => !this.#followed.has(path)));
  }

  /** Sets the folders in which runs are looked for, and resolves when they have been looked through. */
  async setOutputs(folders: readonly string[]): Promise<void> {
    this.#outputs = [...new Set(folders)];
    await this.refresh();
    if (this.#timer === null) this.#schedule();
  }

  /** Looks for new runs and at all known ones. */
  async refresh(): Promise<void> {
    this.#scan ??= this.#scanFolders().finally(() => (this.#scan = null));
    await this.#scan;
  }

  /** Looks at one run now, and waits until it is known; for a run whose owner has just told something. */
  async refreshRun(path: string): Promise<void> {
    await (this.#followed.has(path) ? this.#refreshFollowed(path) : this.#open(path));
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#changed.dispose();
    this.#listChanged.dispose();
  }

  #schedule(): void {
    if (this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      const isDue = performance.now() - this.#scannedAt >= idleMilliseconds;
      const refreshed = isDue ? this.refresh() : this.#refreshActive();
      void refreshed.finally(() => this.#schedule());
    }, activeMilliseconds);
  }

  async #refreshActive(): Promise<void> {
    await Promise.all(
      this.all()
        .filter(isActiveRun)
        .map(({path}) => this.#refreshFollowed(path)),
    );
  }

  async #scanFolders(): Promise<void> {
    this.#scannedAt = performance.now();
    const found = (await Promise.all(this.#outputsInUse().map(folders))).flat();
    const known = new Set([...this.#followed.keys(), ...this.#faults.keys()]);
    const gone = [...known].filter((path) => !found.includes(path));
    gone.forEach((path) => this.#forget(path));
    await Promise.all(found.map((path) => this.refreshRun(path)));
    if (gone.length > 0) this.#listChanged.fire();
  }

  /** A run that is carried out stays in sight, also when its config has been renamed, deleted or given another output. */
  #outputsInUse(): string[] {
    const active = this.all().filter(isActiveRun);
    return [...new Set([...this.#outputs, ...active.map(({path}) => dirname(path))])];
  }

  async #open(path: string): Promise<void> {
    try {
      const {FollowedRun} = await import('./followedRun.ts');
      const followed = await FollowedRun.open(path);
      if (this.#isDisposed || this.#followed.has(path)) return;
      this.#followed.set(path, followed);
      this.#faults.delete(path);
      this.#tell(path);
      this.#listChanged.fire();
    } catch (error) {
      this.#reportOnce(path, error);
    }
  }

  async #refreshFollowed(path: string): Promise<void> {
    const followed = this.#followed.get(path);
    try {
      if ((await followed?.refresh()) && this.#followed.get(path) === followed) this.#tell(path);
    } catch (error) {
      this.#reportOnce(path, error);
    }
  }

  #tell(path: string): void {
    const run = this.get(path);
    if (run === undefined || this.#isDisposed) return;
    if (isActiveRun(run)) this.#watch(path);
    else this.#unwatch(path);
    if (run.problem !== null) this.#reportOnce(path, run.problem);
    this.#changed.fire(run);
  }

  #forget(path: string): void {
    this.#followed.delete(path);
    this.#faults.delete(path);
    this.#unwatch(path);
  }

  /** Only saves time: the timer sees the same, also where a file system or a limit does not let folders be watched. */
  #watch(path: string): void {
    if (this.#watchers.has(path)) return;
    let isDue = false;
    try {
      const watcher = watch(path, () => {
        if (isDue) return;
        isDue = true;
        setTimeout(() => {
          isDue = false;
          void this.#refreshFollowed(path);
        }, watchMilliseconds);
      });
      watcher.on('error', () => this.#unwatch(path));
      this.#watchers.set(path, watcher);
    } catch (error) {
      this.#log.debug(`cannot watch ${path}: ${String(error)}`);
    }
  }

  #unwatch(path: string): void {
    this.#watchers.get(path)?.close();
    this.#watchers.delete(path);
  }

  #reportOnce(path: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (this.#faults.get(path) === text) return;
    this.#faults.set(path, text);
    this.#log.warn(`${path}: ${text}`);
    if (!this.#followed.has(path) && !this.#isDisposed) this.#listChanged.fire();
  }
}

/** The run folders in an output folder. */
async function folders(output: string): Promise<string[]> {
  const [{fileExists}, {runPaths}] = await Promise.all([
    import('../../trainer/store/files/fileExists.ts'),
    import('../../trainer/store/run/runPaths.ts'),
  ]);
  const names = await readdir(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const paths = names.map((name) => join(output, name));
  const isRun = await Promise.all(paths.map((path) => fileExists(runPaths.record(path))));
  return paths.filter((_, i) => isRun[i]);
}
