import type {RunEvent} from '../../../contract/run/events.ts';
import type {TimeLeft} from '../../../contract/timeLeft.ts';
import type {Stage} from '../../../contract/run/stage.ts';
import {stageSize, totalEffort, updatesOfTraining} from '../../graph/stageEffort.ts';
import type {PlannedStage} from '../../graph/stagePlan.ts';
import type {KindTime, KindTimes} from './kindTimes.ts';
import {Overheads} from './overheads.ts';
import {blended, PaceBook} from './paceBook.ts';
import {RunningStage} from './runningStage.ts';
import {scheduleLength, type Task} from './scheduleLength.ts';
import {restOfLate, restOfUncounted, stageDoubts, together, type Estimate} from './stageEstimate.ts';

/** Seconds of measuring after which the pace of a stage itself counts as much as that of its kind. */
const ownStrength = 5;
/** Less of what a stage counts than that was timed: it has too few events, and its whole time is taken. */
const timedShare = 0.5;
/** A stage whose first event says no more than that of what it counts has only just begun to compute. */
const earlyShare = 0.1;

/**
 * How far a run is and how much time it has left, by its events. A stage takes as long as its kind takes for the same work: by what was measured in this run, the
 * more of it the more, else by earlier runs, as much slower or faster as this one is, else by stages of other kinds. Besides comes what it takes to start and to
 * end; and stages wait for each other and for a free process as they will.
 */
export class StageClock {
  readonly #running = new Map<string, RunningStage>();
  readonly #done: Set<string>;
  readonly #paces: PaceBook;
  readonly #overheads = new Overheads();
  /** Of stages that count nothing. */
  readonly #times = new Map<Stage['kind'], KindTime>();

  constructor(
    readonly stages: readonly PlannedStage[],
    finished: ReadonlySet<string>,
    /** Processes at once. */
    readonly parallel: number,
    /** What earlier runs took on the same engine. */
    readonly earlier: KindTimes = new Map(),
  ) {
    this.#done = new Set(finished);
    this.#paces = new PaceBook(stages, earlier);
  }

  add(event: RunEvent): void {
    const planned = this.stages.find(({name}) => name === event.stage);
    if (planned === undefined) return;
    switch (event.type) {
      case 'stage':
        return event.state === 'started' ? this.#start(planned, event.time) : this.#end(planned, event);
      case 'step':
        return this.#move(planned, updatesOfTraining, event.update / Math.max(1, event.updates), event.time);
      case 'progress':
        return this.#move(planned, event.what, event.done / Math.max(1, event.total), event.time);
      default:
    }
  }

  /** 0..1 of what all stages compute. */
  get progress(): number {
    const total = sum(this.stages.map(({effort}) => totalEffort(effort)));
    return total === 0 ? this.#done.size / Math.max(1, this.stages.length) : this.#computed() / total;
  }

  /** Null as long as nothing is known that it could follow from. `now` in milliseconds since the epoch. */
  left(now: number): TimeLeft | null {
    const ahead = this.#ahead();
    const estimates = new Map<string, Estimate>();
    for (const stage of this.stages) {
      if (this.#done.has(stage.name)) continue;
      const running = this.#running.get(stage.name);
      const estimate = running ? this.#restOf(stage, running, {now, ahead}) : this.#whole(stage, ahead);
      if (estimate === null) return null;
      estimates.set(stage.name, estimate);
    }
    const length = (seconds: (estimate: Estimate) => number) => {
      const tasks = this.stages.flatMap(({name, needs}): Task[] => {
        const estimate = estimates.get(name);
        return estimate ? [{name, needs, seconds: seconds(estimate), isRunning: this.#running.has(name)}] : [];
      });
      return scheduleLength(tasks, this.parallel);
    };
    return {
      seconds: length(({seconds}) => seconds),
      low: length(({seconds, doubt}) => seconds * (1 - doubt)),
      high: length(({seconds, doubt}) => seconds * (1 + doubt)),
    };
  }

  #start({name, effort}: PlannedStage, since: number): void {
    this.#done.delete(name);
    this.#running.set(name, new RunningStage(since, effort));
  }

  #end(planned: PlannedStage, {time, state}: Extract<RunEvent, {type: 'stage'}>): void {
    const {name, stage, effort} = planned;
    const running = this.#running.get(name);
    this.#running.delete(name);
    this.#done.add(name);
    // The clock on the wall may have been set back meanwhile.
    if (running === undefined || state === 'skipped' || time < running.since) return;
    if (totalEffort(effort) > 0) return this.#learn(planned, running, time);
    const before = this.#times.get(stage.kind);
    this.#times.set(stage.kind, {
      seconds: (before?.seconds ?? 0) + (time - running.since) / 1000,
      effort: (before?.effort ?? 0) + stageSize(planned),
      stages: (before?.stages ?? 0) + 1,
    });
  }

  /** What a stage that has ended tells besides the pace between its events. */
  #learn(planned: PlannedStage, running: RunningStage, time: number): void {
    const {stage, effort} = planned;
    const {first, last, timed, since} = running;
    const total = totalEffort(effort);
    const known = this.#overheads.of(stage.kind);
    const duration = (time - since) / 1000;
    const wasResumed = isResumed(running);
    if (timed.effort < timedShare * total && !wasResumed) {
      // Of a stage of a second or two nobody knows how much of that was its start.
      const part = Math.min(1, duration / 4 / Math.max(0.1, known.opening + known.closing));
      const overhead = {opening: part * known.opening, closing: part * known.closing};
      this.#overheads.add(planned, overhead);
      const seconds = duration - timed.seconds - overhead.opening - overhead.closing;
      return this.#addUntimed(stage.kind, running, Object.keys(effort), {end: time, seconds});
    }
    if (first === null || last === null || timed.effort === 0) return;
    const take = (what: string, share: number) => {
      const pace = running.paceOf(what)?.secondsPerEffort() ?? timed.seconds / timed.effort;
      return share * (effort[what] ?? 0) * pace;
    };
    const closing = (time - last.time) / 1000 - take(last.what, 1 - last.share);
    if (wasResumed) return this.#overheads.add(planned, {opening: known.opening, closing});
    const names = Object.keys(effort);
    const before = names.slice(0, names.indexOf(first.what));
    const begun = (first.time - since) / 1000 - take(first.what, first.share);
    const opening = before.length > 0 ? Math.min(known.opening, begun) : begun;
    this.#overheads.add(planned, {opening, closing});
    this.#addUntimed(stage.kind, running, before, {end: first.time, seconds: begun - opening});
  }

  /** Notes that what a stage counts under these names took so long, as far as it was not timed. */
  #addUntimed(
    kind: Stage['kind'],
    running: RunningStage,
    names: readonly string[],
    {end, seconds}: {readonly end: number; readonly seconds: number},
  ): void {
    const left = names.map((what) => (running.effort[what] ?? 0) - (running.paceOf(what)?.effort ?? 0));
    const total = sum(left);
    if (total <= 0 || seconds <= 0) return;
    for (const [i, what] of names.entries()) {
      const effort = left[i] ?? 0;
      if (effort > 0) this.#paces.add(kind, what, {end, effort, seconds: (seconds * effort) / total});
    }
  }

  #move(planned: PlannedStage, what: string, share: number, time: number): void {
    const {name, stage, effort} = planned;
    // Something small beside what counts, which would hide how far that is.
    if (!(what in effort) && totalEffort(effort) > 0) return;
    const running = this.#running.get(name) ?? new RunningStage(time, effort);
    this.#running.set(name, running);
    if (running.first === null && what === Object.keys(effort)[0] && share <= earlyShare) {
      this.#overheads.add(planned, {opening: (time - running.since) / 1000});
    }
    const span = running.move({what, share: Math.min(1, Math.max(0, share)), time});
    if (span !== null) this.#paces.add(stage.kind, what, span);
  }

  #whole(planned: PlannedStage, ahead: Ahead): Estimate | null {
    const {stage, effort} = planned;
    if (totalEffort(effort) === 0) return this.#usual(planned);
    const {opening, closing} = this.#overheads.of(stage.kind);
    const work = this.#work(planned, Object.keys(effort), ahead);
    return work && {seconds: opening + work.seconds + closing, doubt: work.doubt};
  }

  /** What a stage takes that counts nothing. */
  #usual(planned: PlannedStage): Estimate {
    const {kind} = planned.stage;
    const own = this.#times.get(kind);
    const earlier = this.earlier.get(kind);
    const size = stageSize(planned);
    if (own) return {seconds: (own.seconds / own.effort) * size, doubt: stageDoubts.measured};
    if (!earlier) return {seconds: size, doubt: stageDoubts.unseen};
    const factor = this.#paces.machineFactor;
    return {seconds: (earlier.seconds / earlier.effort) * size * factor, doubt: stageDoubts.earlier};
  }

  /** What a stage takes for all that it counts under these names. */
  #work({stage, effort}: PlannedStage, names: readonly string[], ahead: Ahead): Estimate | null {
    const parts: Estimate[] = [];
    for (const what of names) {
      const pace = this.#paces.expected(stage.kind, what, ahead.get(keyOf(stage, what)) ?? 0);
      if (pace === null) return null;
      parts.push({seconds: pace.seconds * (effort[what] ?? 0), doubt: pace.doubt});
    }
    return together(parts);
  }

  #restOf(
    planned: PlannedStage,
    running: RunningStage,
    {now, ahead}: {readonly now: number; readonly ahead: Ahead},
  ): Estimate | null {
    const {effort, stage} = planned;
    const {last, since} = running;
    const elapsed = Math.max(0, (now - since) / 1000);
    if (totalEffort(effort) === 0) return restOfUncounted(this.#usual(planned), elapsed, last?.share ?? 0);
    if (last === null) return restOfLate(this.#whole(planned, ahead), elapsed);
    const names = Object.keys(effort);
    const later = this.#work(planned, names.slice(names.indexOf(last.what) + 1), ahead);
    const ofKind = this.#paces.expected(stage.kind, last.what, ahead.get(keyOf(stage, last.what)) ?? 0);
    const left = (1 - last.share) * (effort[last.what] ?? 0);
    const pace = blended(running.paceOf(last.what), ofKind && {...ofKind, strength: ownStrength}, left);
    if (pace === null || later === null) return restOfLate(this.#whole(planned, ahead), elapsed);
    const {closing} = this.#overheads.of(stage.kind);
    // The events are some seconds old.
    const seconds = Math.max(0, pace.seconds * left + closing - running.workedSince(now));
    return together([{seconds, doubt: pace.doubt}, later]);
  }

  /** How much of each thing the stages that are not done still count. */
  #ahead(): Ahead {
    const ahead = new Map<string, number>();
    for (const {name, stage, effort} of this.stages) {
      if (this.#done.has(name)) continue;
      const last = this.#running.get(name)?.last;
      const names = Object.keys(effort);
      const at = last ? names.indexOf(last.what) : -1;
      for (const [i, what] of names.entries()) {
        const share = i < at ? 0 : i === at ? 1 - (last?.share ?? 0) : 1;
        const key = keyOf(stage, what);
        ahead.set(key, (ahead.get(key) ?? 0) + share * (effort[what] ?? 0));
      }
    }
    return ahead;
  }

  #computed(): number {
    return sum(
      this.stages.map(({name, effort}) => {
        if (this.#done.has(name)) return totalEffort(effort);
        const last = this.#running.get(name)?.last;
        if (!last) return 0;
        const names = Object.keys(effort);
        const at = names.indexOf(last.what);
        const before = sum(names.slice(0, Math.max(0, at)).map((each) => effort[each] ?? 0));
        return before + (effort[last.what] ?? 0) * last.share;
      }),
    );
  }
}

/** By `keyOf`. */
type Ahead = ReadonlyMap<string, number>;

function keyOf({kind}: Stage, what: string): string {
  return `${kind} ${what}`;
}

/** Whether the first event of a stage says more than could be computed since its process was started: the rest was there. */
function isResumed(running: RunningStage): boolean {
  const {first, since, effort} = running;
  if (first === null) return false;
  const pace = running.paceOf(first.what)?.secondsPerEffort() ?? null;
  if (pace === null) return false;
  return first.share * (effort[first.what] ?? 0) * pace > 2 * Math.max(1, (first.time - since) / 1000);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
