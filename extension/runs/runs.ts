import {watch, type FSWatcher} from 'node:fs';
import {dirname} from 'node:path';
import * as vscode from 'vscode';
import type {FollowedRun} from './followedRun.ts';
import type {Log} from '../log.ts';
import {isActiveRun, type Run} from './run.ts';

/** How often an active run is checked where the file system reports no changes. */
const activeMilliseconds = 500;
/** How often all others are checked, and new ones found: they may be started from a shell. */
const idleMilliseconds = 3000;
/** Changes that the file system reports are read at most that often. */
const watchMilliseconds = 100;

/**
 * All known runs: those in the output folders of the workspace's configs. Follows their folders, whoever works on them, and reports
 * what changes. Reads nothing before it is given folders.
 */
export class Runs implements vscode.Disposable {
  readonly #followed = new Map<string, FollowedRun>();
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed = new vscode.EventEmitter<Run>();
  readonly #listChanged = new vscode.EventEmitter<void>();
  /** What is wrong with run folders, as it was last reported. */
  readonly #faults = new Map<string, string>();
  readonly #log: Log;
  /** The followed ones by age, until there are others. */
  #sorted: readonly FollowedRun[] | null = null;
  #outputs: readonly string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #lastScan: Promise<void> = Promise.resolve();
  /** The one that waits for the end of the last. */
  #nextScan: Promise<void> | null = null;
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
    this.#sorted ??= [...this.#followed.values()].sort((a, b) => a.created - b.created);
    return this.#sorted.map(({run}) => run);
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

  /** Looks for new runs and at all known ones. A look that has begun already may have missed what is new, so another follows it. */
  refresh(): Promise<void> {
    this.#nextScan ??= this.#lastScan.then(() => {
      this.#nextScan = null;
      return (this.#lastScan = this.#scanFolders());
    });
    return this.#nextScan;
  }

  /** Checks one run now, and resolves when it is known; for a run whose owner has just sent something. */
  async refreshRun(path: string): Promise<void> {
    if (!this.#followed.has(path)) await this.#openAll([path]);
    await this.#refreshFollowed(path);
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
    try {
      const found = await this.#findFolders();
      await this.#openAll([...found].filter((path) => !this.#followed.has(path)));
      await inBatches([...this.#followed.keys()], (path) => this.#refreshFollowed(path));
    } catch (error) {
      this.#log.error(
        `cannot look for runs: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }

  /** The run folders that are there, after those that are gone were forgotten. */
  async #findFolders(): Promise<ReadonlySet<string>> {
    const {runFolders} = await import('../../trainer/store/run/runFolder.ts');
    const refused = new Map<string, unknown>();
    const search = async (output: string) => {
      try {
        return await runFolders(output, (error, path) => refused.set(path, error));
      } catch (error) {
        refused.set(output, error);
        return [...this.#followed.keys()].filter((path) => dirname(path) === output);
      }
    };
    const found = new Set((await Promise.all(this.#outputsInUse().map(search))).flat());
    const known = [...this.#followed.keys(), ...this.#faults.keys()];
    const gone = known.filter((path) => !found.has(path) && !refused.has(path));
    gone.forEach((path) => this.#forget(path));
    for (const [path, error] of refused) this.#reportOnce(path, error);
    if (gone.length > 0) this.#listChanged.fire();
    return found;
  }

  /** What a list shows of the new runs, the newest ones first; the rest of them is read when all are there. */
  async #openAll(paths: string[]): Promise<void> {
    paths.sort((a, b) => b.localeCompare(a, 'en', {numeric: true}));
    let known = this.#followed.size;
    await inBatches(
      paths,
      (path) => this.#open(path),
      () => {
        if (this.#followed.size !== known) this.#listChanged.fire();
        known = this.#followed.size;
      },
    );
  }

  /** An active run stays in the list, even when its config was renamed, deleted or given another output. */
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
      this.#sorted = null;
      this.#faults.delete(path);
      this.#announce(path);
    } catch (error) {
      this.#reportOnce(path, error);
    }
  }

  async #refreshFollowed(path: string): Promise<void> {
    const followed = this.#followed.get(path);
    try {
      if ((await followed?.refresh()) && this.#followed.get(path) === followed) this.#announce(path);
    } catch (error) {
      this.#reportOnce(path, error);
    }
  }

  #announce(path: string): void {
    const run = this.get(path);
    if (run === undefined || this.#isDisposed) return;
    if (isActiveRun(run)) this.#watch(path);
    else this.#unwatch(path);
    if (run.problem !== null) this.#reportOnce(path, run.problem);
    this.#changed.fire(run);
  }

  #forget(path: string): void {
    this.#followed.delete(path);
    this.#sorted = null;
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

/** So many at once keep the disk busy, and leave the thread to others in between. */
const batchSize = 16;

/** Acts on all paths, some at a time. */
async function inBatches(
  paths: readonly string[],
  act: (path: string) => Promise<void>,
  afterBatch: () => void = () => undefined,
): Promise<void> {
  for (let start = 0; start < paths.length; start += batchSize) {
    await Promise.all(paths.slice(start, start + batchSize).map(act));
    afterBatch();
  }
}
