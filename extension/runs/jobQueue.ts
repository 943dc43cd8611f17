import * as vscode from 'vscode';
import type {LaunchedJob} from '../../trainer/launch/launcher.ts';
import type {OwnerRequest} from '../../trainer/contract/run/ownerMessages.ts';

export type JobState = 'queued' | 'starting' | 'running';

/** Work that was asked for in this window. Never changes: news make another object. */
export interface Job {
  readonly id: string;
  /** What it is, for lists: `Merge digits`. */
  readonly title: string;
  readonly request: OwnerRequest;
  readonly state: JobState;
  /** The folder of its run, once there is one. */
  readonly run: string | null;
}

/** What the queue needs of the rest of the extension. */
export interface JobHost {
  /** How many runs may be active at once. */
  limit(): number;
  /** Folders of the active runs, whoever has started them. */
  activeRuns(): readonly string[];
  /** Starts a job; `onRun` is called with the folder of its run. */
  start(job: Job, onRun: (run: string) => void): Promise<LaunchedJob>;
}

const storeKey = 'deme.queue';

/**
 * Starts one run after the other, or as many at once as the user allows. What waits is kept over a reload of the window; what runs goes
 * on without it and counts as long as it does.
 */
export class JobQueue implements vscode.Disposable {
  readonly #host: JobHost;
  readonly #store: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #failed = new vscode.EventEmitter<{job: Job; error: unknown}>();
  readonly #started = new Map<string, LaunchedJob>();
  readonly #cancelled = new Set<string>();
  #jobs: Job[];

  readonly onDidChange = this.#changed.event;
  /** A job has ended before it had a run. */
  readonly onDidFail = this.#failed.event;

  constructor(host: JobHost, store: vscode.Memento) {
    this.#host = host;
    this.#store = store;
    this.#jobs = [...store.get<Job[]>(storeKey, [])];
  }

  /** In the order in which they were asked for. */
  all(): readonly Job[] {
    return this.#jobs;
  }

  add(title: string, request: OwnerRequest): Job {
    const job: Job = {id: crypto.randomUUID(), title, request, state: 'queued', run: null};
    this.#jobs.push(job);
    this.#save();
    this.pump();
    return job;
  }

  /** Takes a job out; one that is being started is ended. One that has its run already is stopped like any run instead. */
  async cancel(id: string): Promise<void> {
    const job = this.#jobs.find((each) => each.id === id);
    if (job === undefined || job.state === 'running') return;
    if (job.state === 'queued') return this.#remove(id);
    this.#cancelled.add(id);
    await this.#started.get(id)?.cancel();
  }

  /** Starts what may start. To be called when a run has ended. */
  pump(): void {
    for (;;) {
      const next = this.#jobs.find(({state}) => state === 'queued');
      if (next === undefined || this.#running() >= this.#host.limit()) return;
      void this.#run(next.id);
    }
  }

  dispose(): void {
    this.#changed.dispose();
    this.#failed.dispose();
  }

  /** Runs of this window's jobs count from their start, before they show as active. */
  #running(): number {
    const own = this.#jobs.filter(({state}) => state !== 'queued');
    const others = this.#host.activeRuns().filter((run) => own.every((job) => job.run !== run));
    return own.length + others.length;
  }

  async #run(id: string): Promise<void> {
    const job = this.#change(id, {state: 'starting'});
    try {
      const started = await this.#host.start(job, (run) => this.#change(id, {state: 'running', run}));
      this.#started.set(id, started);
      if (this.#cancelled.has(id)) await started.cancel();
      await started.finished;
    } catch (error) {
      if (!this.#cancelled.has(id)) this.#failed.fire({job, error});
    } finally {
      this.#started.delete(id);
      this.#cancelled.delete(id);
      this.#remove(id);
      this.pump();
    }
  }

  #change(id: string, change: Partial<Job>): Job {
    const index = this.#jobs.findIndex((job) => job.id === id);
    const before = this.#jobs[index];
    if (before === undefined) throw new Error(`no job ${id}`);
    const after = {...before, ...change};
    this.#jobs = this.#jobs.with(index, after);
    this.#save();
    return after;
  }

  #remove(id: string): void {
    this.#jobs = this.#jobs.filter((job) => job.id !== id);
    this.#save();
  }

  /** Without what runs, which shows in the run folders. A process that is being started ends with this window, so it waits again. */
  #save(): void {
    const waiting = this.#jobs.filter(({state}) => state !== 'running');
    void this.#store.update(
      storeKey,
      waiting.map((job) => ({...job, state: 'queued'})),
    );
    this.#changed.fire();
  }
}
