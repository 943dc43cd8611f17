import type {StageEffort} from '../../graph/stageEffort.ts';
import {PaceLog} from './paceLog.ts';

/** How far the newest event of a stage says that it is. */
export interface Reached {
  /** What its events count now. */
  readonly what: string;
  /** 0..1 of that. */
  readonly share: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A part of a stage between two of its events. */
export interface StageSpan {
  readonly what: string;
  readonly end: number;
  readonly seconds: number;
  readonly effort: number;
}

/** A gap that long, and that much longer than the others, was a pause. */
const pauseSeconds = 30;
const pauseFactor = 10;

/** A stage that runs, and how fast it went since its first event: what came before it is the start of the process, or was computed by an earlier one. */
export class RunningStage {
  readonly #paces = new Map<string, PaceLog>();
  #first: Reached | null = null;
  #last: Reached | null = null;
  /** Whether the newest gap was that long. */
  #wasLong = false;

  constructor(
    /** When its process was started: milliseconds since the epoch. */
    readonly since: number,
    readonly effort: StageEffort,
  ) {}

  get first(): Reached | null {
    return this.#first;
  }

  get last(): Reached | null {
    return this.#last;
  }

  /** How fast it does what it counts under this name; null before its second event. */
  paceOf(what: string): PaceLog | null {
    return this.#paces.get(what) ?? null;
  }

  /** What was timed, of all that it counts. */
  get timed(): {readonly seconds: number; readonly effort: number} {
    const paces = [...this.#paces.values()];
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {seconds: sum(paces.map(({seconds}) => seconds)), effort: sum(paces.map(({effort}) => effort))};
  }

  /** Returns what was timed since the event before; null where that says nothing. */
  move(reached: Reached): StageSpan | null {
    const before = this.#last;
    this.#first ??= reached;
    this.#last = reached;
    if (before?.what !== reached.what) return null;
    const seconds = (reached.time - before.time) / 1000;
    const effort = (reached.share - before.share) * (this.effort[reached.what] ?? 0);
    if (effort <= 0 || seconds <= 0 || this.#isPause(reached.what, seconds)) return null;
    const span = {what: reached.what, end: reached.time, seconds, effort};
    const pace = this.#paces.get(reached.what) ?? new PaceLog();
    this.#paces.set(reached.what, pace);
    pace.add(span);
    return span;
  }

  /** Seconds that it has worked since its newest event, as far as that can be: what is longer than any gap between events is a pause. */
  workedSince(now: number): number {
    if (this.#last === null) return 0;
    const seconds = Math.max(0, now - this.#last.time) / 1000;
    return Math.min(seconds, this.#longestGap(this.#last.what));
  }

  /** Of two such gaps after each other only the first one: the work goes that slowly now. */
  #isPause(what: string, seconds: number): boolean {
    const [isLong, wasLong] = [seconds > this.#longestGap(what), this.#wasLong];
    this.#wasLong = isLong;
    return isLong && !wasLong;
  }

  /** Seconds that may lie between two events of a thing: one may have an event for each of thousands of draws, another for a hundred images. */
  #longestGap(what: string): number {
    const pace = this.paceOf(what);
    if (pace === null || pace.added < 2) return Infinity;
    return Math.max(pauseSeconds, (pauseFactor * pace.seconds) / pace.added);
  }
}
