import type {NewRunEvent, RunEvent} from '../../contract/run/events.ts';
import type {StateRecord} from '../../contract/run/records.ts';
import {isDiskFull} from '../../store/files/atomicFile.ts';
import {RunJournal} from '../../store/run/runJournal.ts';
import {ownIdentity} from '../../store/run/processIdentity.ts';
import {writeState} from '../../store/run/runState.ts';
import {writeWithRoom} from '../../store/files/writeWithRoom.ts';

/** What of the state of a run changes while one process owns it. */
export type OwnState = Pick<StateRecord, 'state' | 'stage' | 'progress' | 'left' | 'error'>;

/** A state or a record of a stage, generously. */
const recordBytes = 65_536;

/**
 * All that the owner of a run writes itself: events, metrics, state and records. A full disk costs none of it: events are held in memory,
 * the state is that of the last heartbeat until there is room, and whatever must not be missed is waited for.
 */
export class OwnerRecords {
  #isFull = false;

  private constructor(
    readonly run: string,
    readonly journal: RunJournal,
    readonly identity: Awaited<ReturnType<typeof ownIdentity>>,
    readonly onEvent: (event: RunEvent) => void,
  ) {}

  static async open(run: string, onEvent: (event: RunEvent) => void): Promise<OwnerRecords> {
    const records = new OwnerRecords(run, await RunJournal.open(run), await ownIdentity(), onEvent);
    records.#tellUnreadable();
    return records;
  }

  /** Adds an event to the log, and passes it on. */
  emit(event: NewRunEvent): RunEvent {
    const stamped = this.journal.append(event);
    this.onEvent(stamped);
    return stamped;
  }

  /** The same for the event of a stage process, which has its time. */
  relay(event: RunEvent): RunEvent {
    this.journal.adopt(event);
    this.onEvent(event);
    return event;
  }

  /** Whether all events so far are on the disk. */
  get areWritten(): boolean {
    return this.journal.waiting === 0;
  }

  /** Writes the state, and what could not be written before. On a full disk it says so once, and it is the next beat's turn. */
  async beat(state: OwnState): Promise<void> {
    try {
      await this.#writeState(state);
      const isWritten = await this.journal.catchUp();
      if (isWritten === this.#isFull) this.#tell(!isWritten);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (!this.#isFull) this.#tell(true);
    }
  }

  /**
   * Writes what must not be missed, as soon as there is room. False when `mayWait` did not want to wait any longer.
   * @param what as in `the record of expert-0`
   */
  async persist(what: string, mayWait: () => boolean, write: () => Promise<void>): Promise<boolean> {
    const say = (level: 'info' | 'warning', message: string) =>
      void this.emit({type: 'log', stage: 'run', level, message});
    const nextAction = () => Promise.resolve(mayWait() ? ('continue' as const) : ('stop' as const));
    const request = {folder: this.run, bytes: recordBytes, margin: 0, what, say, nextAction};
    return (await writeWithRoom(request, write)) !== null;
  }

  /** Writes the last state, after all events, and closes. */
  async end(state: OwnState, mayWait: () => boolean): Promise<void> {
    await this.persist('the end of the event log', mayWait, () => this.#writeEvents());
    await this.persist('the last state', mayWait, () => this.#writeState(state));
    this.journal.close();
  }

  async #writeEvents(): Promise<void> {
    if (!(await this.journal.catchUp())) throw Object.assign(new Error('the disk is full'), {code: 'ENOSPC'});
  }

  #writeState(state: OwnState): Promise<void> {
    return writeState(this.run, {...state, ...this.identity, heartbeat: Date.now() / 1000});
  }

  #tellUnreadable(): void {
    const {unreadable} = this.journal;
    if (unreadable === 0) return;
    const message = `damaged lines of the event log are left out (${unreadable}): the curves have a gap there.`;
    this.emit({type: 'log', stage: 'run', level: 'warning', message});
  }

  #tell(isFull: boolean): void {
    this.#isFull = isFull;
    const message = isFull
      ? `the disk of ${this.run} is full: events are kept in memory until there is room.`
      : 'there is room on the disk again, and all events are written.';
    this.emit({type: 'log', stage: 'run', level: isFull ? 'warning' : 'info', message});
  }
}
