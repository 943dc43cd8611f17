import {rm} from 'node:fs/promises';
import type {NewRunEvent, RunEvent} from '../../contract/run/events.ts';
import {isDiskFull} from '../files/atomicFile.ts';
import {EventLog} from './eventLog.ts';
import {eventPieces} from './eventPieces.ts';
import {openMetrics, type MetricsFile} from '../metrics/metricsFile.ts';
import {lockHolder} from './processLock.ts';
import {runPaths} from './runPaths.ts';
import {runEventPieces, singleLogs} from './singleEvents.ts';

/** What a curve, a heat map or a report is made of. */
const adopted: readonly RunEvent['type'][] = ['step', 'buckets', 'heldOut', 'candidate', 'memory'];

/**
 * What the owner of a run writes down: its events, and their numbers once more in the metrics. A full disk loses nothing: events wait in
 * memory, and the metrics are rebuilt from the log when there is room.
 */
export class RunJournal {
  readonly #log: EventLog;
  #metrics: MetricsFile | null = null;
  #mending: Promise<void> | null = null;
  /** Events that came to the log while the metrics were being made. */
  #missed: {event: RunEvent; end: number}[] = [];
  #unreadable = 0;

  private constructor(readonly run: string) {
    this.#log = new EventLog(runPaths.events(run), (event, end) => this.#onWritten(event, end));
  }

  /** Opens the journal of a run for its owner. */
  static async open(run: string): Promise<RunJournal> {
    const journal = new RunJournal(run);
    await journal.catchUp();
    return journal;
  }

  append(event: NewRunEvent): RunEvent {
    return this.#log.append(event);
  }

  /** Adds an event that has its time already. */
  adopt(event: RunEvent): void {
    this.#log.adopt(event);
  }

  /** Events that wait for room on the disk. */
  get waiting(): number {
    return this.#log.waiting;
  }

  /** Lines of the log that are no events, as far as it had to be read. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** Has the disk keep the events that were written so far, whatever happens to the machine. */
  sync(): Promise<void> {
    return this.#log.sync();
  }

  /** Takes the numbers of a stage over from the log of another run, with their times. */
  async adoptStage(from: string, stage: string): Promise<void> {
    for await (const {events} of runEventPieces(from, adopted)) {
      for (const event of events) if (event.stage === stage) this.#log.adopt(event);
    }
  }

  /** Moves the events of stages that ran without an owner here, unless they still run. */
  async adoptSingleStages(): Promise<void> {
    for (const {path, stage, metrics} of await singleLogs(this.run)) {
      if ((await lockHolder(runPaths.singleLock(this.run, stage))) !== null) continue;
      for await (const {events} of eventPieces(path)) events.forEach((event) => this.#log.adopt(event));
      if (this.waiting > 0) return; // The disk is full: the next owner does it.
      await this.sync();
      await rm(path);
      await rm(metrics, {recursive: true, force: true});
    }
  }

  /** Writes what could not be written before; false where the disk is still full. */
  async catchUp(): Promise<boolean> {
    if (!this.#log.flush()) return false;
    if (this.#metrics === null) await (this.#mending ??= this.#mend().finally(() => (this.#mending = null)));
    return this.#metrics !== null;
  }

  close(): void {
    this.#metrics?.close();
    this.#metrics = null;
  }

  #onWritten(event: RunEvent, end: number): void {
    if (this.#metrics === null) this.#missed.push({event, end});
    else this.#guard(this.#metrics, (metrics) => metrics.append(event, end));
  }

  async #mend(): Promise<void> {
    this.#missed = [];
    const metrics = await openMetrics(this.run, (lines) => (this.#unreadable = lines)).catch((error: unknown) => {
      if (isDiskFull(error)) return null;
      throw error;
    });
    if (metrics === null) return;
    this.#metrics = metrics;
    const {logEnd} = metrics;
    for (const {event, end} of this.#missed.splice(0)) {
      if (end > logEnd) this.#guard(metrics, () => metrics.append(event, end));
    }
  }

  /** Metrics that a full disk has cut off are dropped, and rebuilt from the log later. */
  #guard(metrics: MetricsFile, write: (metrics: MetricsFile) => void): void {
    if (this.#metrics === null) return;
    try {
      write(metrics);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.close();
    }
  }
}
