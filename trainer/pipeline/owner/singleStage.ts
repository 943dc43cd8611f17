import type {ErrorRecord} from '../../contract/errors.ts';
import {StageState} from '../../contract/launch/stageState.ts';
import type {NewRunEvent, RunEvent} from '../../contract/run/events.ts';
import {writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {EventLog} from '../../store/run/eventLog.ts';
import {ownIdentity} from '../../store/run/processIdentity.ts';
import type {HeldLock} from '../../store/run/processLock.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/**
 * What a process writes down about a stage that it runs without an owner of the run: its events and its state, in files that no other process
 * writes. Once the lock of the stage is lost, nothing is written any more.
 */
export class SingleStage {
  readonly #log: EventLog;
  #state: Pick<StageState, 'state' | 'error'> = {state: 'running'};
  #progress = 0;

  private constructor(
    readonly run: string,
    readonly name: string,
    readonly lock: HeldLock,
    readonly identity: Awaited<ReturnType<typeof ownIdentity>>,
    readonly onEvent: (event: RunEvent) => void,
  ) {
    const {job} = identity;
    this.#log = new EventLog(job ? runPaths.jobEvents(run, name, job) : runPaths.singleEvents(run, name));
  }

  static async open(
    run: string,
    name: string,
    lock: HeldLock,
    onEvent: (event: RunEvent) => void,
  ): Promise<SingleStage> {
    return new SingleStage(run, name, lock, await ownIdentity(), onEvent);
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
    const state = StageState.parse({...this.#state, ...this.identity, heartbeat, progress: this.#progress});
    await writeJsonAtomic(runPaths.stageState(this.run, this.name), state);
  }

  /** Writes how it has ended. */
  async end(state: StageState['state'], error?: ErrorRecord): Promise<void> {
    this.#state = {state, ...(error && {error})};
    if (state === 'done') this.#progress = 1;
    await this.beat();
  }

  #note(event: RunEvent): void {
    if (event.type === 'step') this.#progress = Math.min(1, event.update / Math.max(1, event.updates));
    if (event.type === 'progress') this.#progress = Math.max(0, Math.min(1, event.done / Math.max(1, event.total)));
    this.onEvent(event);
  }
}
