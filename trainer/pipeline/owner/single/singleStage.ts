import type {ErrorRecord} from '../../../contract/errors.ts';
import {StageState} from '../../../contract/launch/stageState.ts';
import type {NewRunEvent, RunEvent} from '../../../contract/run/events.ts';
import {addEvents, noProgress, type RunProgress} from '../../../contract/run/runProgress.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {EventLog} from '../../../store/run/eventLog.ts';
import {StageMetrics} from '../../../store/metrics/stageMetrics.ts';
import {readStageState} from '../../../store/run/launched/launchedRun.ts';
import {ownIdentity} from '../../../store/run/processIdentity.ts';
import type {HeldLock} from '../../../store/run/processLock.ts';
import {runPaths} from '../../../store/run/runPaths.ts';

/**
 * What a process writes down about a stage that it runs without an owner of the run: its events and its state, in files that no other process
 * writes. Once the lock of the stage is lost, nothing is written any more.
 */
export class SingleStage {
  readonly #log: EventLog;
  #metrics: StageMetrics | null = null;
  #state: Pick<StageState, 'state' | 'error'> = {state: 'running'};
  #idle = 0;
  #progress: RunProgress = noProgress;

  private readonly metricsFolder: string;

  private constructor(
    readonly run: string,
    readonly name: string,
    readonly lock: HeldLock,
    readonly identity: Awaited<ReturnType<typeof ownIdentity>>,
    readonly onEvent: (event: RunEvent) => void,
  ) {
    const {job} = identity;
    const path = job ? runPaths.jobEvents(run, name, job) : runPaths.singleEvents(run, name);
    this.#log = new EventLog(path, (event) => this.#metrics?.add(event));
    this.metricsFolder = runPaths.singleMetrics(path);
  }

  static async open(
    run: string,
    name: string,
    lock: HeldLock,
    onEvent: (event: RunEvent) => void,
  ): Promise<SingleStage> {
    const stage = new SingleStage(run, name, lock, await ownIdentity(), onEvent);
    stage.#idle = await idleBefore(run, name, stage.identity);
    stage.#metrics = await StageMetrics.open(run, name, stage.metricsFolder);
    return stage;
  }

  /** Takes an event of its process in; says whether all events are on the disk. A failure is reported when the process has ended. */
  relay(event: RunEvent): boolean {
    if (event.type !== 'failed') {
      this.#log.adopt(event);
      this.#note(event);
    }
    return this.#log.waiting === 0;
  }

  emit(event: NewRunEvent): void {
    this.#note(this.#log.append(event));
  }

  say(level: 'info' | 'warning', message: string): void {
    this.emit({type: 'log', stage: this.name, level, message});
  }

  sync(): Promise<void> {
    return this.#log.sync();
  }

  /** Writes how it goes, unless the lock is lost. */
  async beat(): Promise<void> {
    if (!(await this.lock.isHeld())) return;
    const heartbeat = Date.now() / 1000;
    const state = StageState.parse({...this.#state, ...this.identity, heartbeat, ...this.#numbers(), idle: this.#idle});
    await writeJsonAtomic(runPaths.stageState(this.run, this.name), state);
  }

  /** Lives of its job in a row that have ended without a gain, once this one was counted. */
  get idle(): number {
    return this.#idle;
  }

  /** Counts this life of its job, which ends without a gain or with one. */
  async countLife(isIdle: boolean): Promise<void> {
    this.#idle = isIdle ? this.#idle + 1 : 0;
    await this.beat();
  }

  /** Writes how it has ended. */
  async end(state: StageState['state'], error?: ErrorRecord): Promise<void> {
    this.#state = {state, ...(error && {error})};
    this.#metrics?.close();
    await this.beat();
  }

  #note(event: RunEvent): void {
    this.#progress = addEvents(this.#progress, [event]);
    this.onEvent(event);
  }

  #numbers(): Pick<StageState, 'progress' | 'secondsLeft' | 'update' | 'updates' | 'loss'> {
    const {share = 0, secondsLeft, update, updates, losses = {}} = this.#progress.stages.get(this.name) ?? {};
    const known = {secondsLeft, update, updates, loss: losses.denoise};
    const isKnown = ([, value]: [string, number | null | undefined]) => Number.isFinite(value);
    const progress = this.#state.state === 'done' ? 1 : Math.max(0, Math.min(1, share));
    return {progress, ...Object.fromEntries(Object.entries(known).filter(isKnown))};
  }
}

/** What the life before this one of the same job has counted. */
async function idleBefore(run: string, name: string, {job}: Pick<StageState, 'job'>): Promise<number> {
  const before = await readStageState(run, name);
  const isNext = job !== undefined && before?.job?.id === job.id && before.job.life === job.life - 1;
  return isNext && before.state === 'stopped' ? (before.idle ?? 0) : 0;
}
