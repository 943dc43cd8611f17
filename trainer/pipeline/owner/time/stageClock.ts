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

/** What is known of a duration: `doubt` is by what share it may be longer or shorter. */
interface Estimate {
  readonly seconds: number;
  readonly doubt: number;
}

/** By where the duration of a stage comes from that counts nothing: this run, an earlier one, nowhere. */
const doubts = {measured: 0.15, earlier: 0.3, unseen: 0.6} as const;
/** Seconds of measuring after which the pace of a stage itself counts as much as that of its kind. */
const ownStrength = 5;
/** Seconds: every estimate looks so far ahead, and accordingly far back. */
const shortestHorizon = 60;
/** Less of what a stage counts than that was timed: it has too few events, and its whole time is taken. */
const timedShare = 0.5;
/** Share of what a stage without effort counts from which that tells its pace. */
const tellingShare = 0.1;

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
    const rough = this.#leftOver(now, Infinity);
    return rough && this.#leftOver(now, Math.max(shortestHorizon, rough.seconds));
  }

  /** By what tells of the next `horizon` seconds. */
  #leftOver(now: number, horizon: number): TimeLeft | null {
    const estimates = new Map<string, Estimate>();
    for (const stage of this.stages) {
      if (this.#done.has(stage.name)) continue;
      const running = this.#running.get(stage.name);
      const estimate = running ? this.#restOf(stage, running, {now, horizon}) : this.#whole(stage, horizon);
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
  #learn({stage, effort}: PlannedStage, running: RunningStage, time: number): void {
    const {first, last, timed, since} = running;
    const total = totalEffort(effort);
    const known = this.#overheads.of(stage.kind);
    const duration = (time - since) / 1000;
    const wasResumed = isResumed(running);
    if (timed.effort < timedShare * total && !wasResumed) {
      // Of a stage of a second or two nobody knows how much of that was its start.
      const part = Math.min(1, duration / 4 / (known.opening + known.closing));
      const overhead = {opening: part * known.opening, closing: part * known.closing};
      this.#overheads.add(stage.kind, overhead);
      const seconds = duration - timed.seconds - overhead.opening - overhead.closing;
      return this.#addUntimed(stage.kind, running, Object.keys(effort), {end: time, seconds});
    }
    if (first === null || last === null || timed.effort === 0) return;
    const take = (what: string, share: number) => {
      const pace = running.paceOf(what)?.secondsPerEffort(Infinity) ?? timed.seconds / timed.effort;
      return share * (effort[what] ?? 0) * pace;
    };
    const closing = (time - last.time) / 1000 - take(last.what, 1 - last.share);
    if (wasResumed) return this.#overheads.add(stage.kind, {opening: known.opening, closing});
    const names = Object.keys(effort);
    const before = names.slice(0, names.indexOf(first.what));
    const begun = (first.time - since) / 1000 - take(first.what, first.share);
    const opening = before.length > 0 ? Math.min(known.opening, begun) : begun;
    this.#overheads.add(stage.kind, {opening, closing});
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
    const span = running.move({what, share: Math.min(1, share), time});
    if (span !== null) this.#paces.add(stage.kind, what, span);
  }

  #whole(planned: PlannedStage, horizon: number): Estimate | null {
    const {stage, effort} = planned;
    if (totalEffort(effort) === 0) return this.#usual(planned, horizon);
    const {opening, closing} = this.#overheads.of(stage.kind);
    const work = this.#work(planned, Object.keys(effort), horizon);
    return work && {seconds: opening + work.seconds + closing, doubt: work.doubt};
  }

  /** What a stage takes that counts nothing. */
  #usual(planned: PlannedStage, horizon: number): Estimate {
    const {kind} = planned.stage;
    const own = this.#times.get(kind);
    const earlier = this.earlier.get(kind);
    const size = stageSize(planned);
    if (own) return {seconds: (own.seconds / own.effort) * size, doubt: doubts.measured};
    if (!earlier) return {seconds: size, doubt: doubts.unseen};
    const factor = this.#paces.machineFactor(horizon);
    return {seconds: (earlier.seconds / earlier.effort) * size * factor, doubt: doubts.earlier};
  }

  /** What a stage takes for all that it counts under these names. */
  #work({stage, effort}: PlannedStage, names: readonly string[], horizon: number): Estimate | null {
    const parts: Estimate[] = [];
    for (const what of names) {
      const pace = this.#paces.expected(stage.kind, what, horizon);
      if (pace === null) return null;
      parts.push({seconds: pace.seconds * (effort[what] ?? 0), doubt: pace.doubt});
    }
    return together(parts);
  }

  #restOf(
    planned: PlannedStage,
    running: RunningStage,
    {now, horizon}: {readonly now: number; readonly horizon: number},
  ): Estimate | null {
    const {effort, stage} = planned;
    const {last, since} = running;
    const elapsed = Math.max(0, (now - since) / 1000);
    if (totalEffort(effort) === 0) return restOfUncounted(this.#usual(planned, horizon), elapsed, last?.share ?? 0);
    if (last === null) return restOfLate(this.#whole(planned, horizon), elapsed);
    const names = Object.keys(effort);
    const later = this.#work(planned, names.slice(names.indexOf(last.what) + 1), horizon);
    const ofKind = this.#paces.expected(stage.kind, last.what, horizon);
    const left = (1 - last.share) * (effort[last.what] ?? 0);
    const rest = (look: number) => {
      const pace = blended(running.paceOf(last.what), ofKind && {...ofKind, strength: ownStrength}, look);
      return pace && {...pace, seconds: pace.seconds * left};
    };
    const rough = rest(Infinity);
    const current = rough && rest(Math.max(shortestHorizon, rough.seconds));
    if (current === null || later === null) return restOfLate(this.#whole(planned, horizon), elapsed);
    const {closing} = this.#overheads.of(stage.kind);
    // The events are some seconds old.
    const seconds = Math.max(0, current.seconds + closing - Math.max(0, now - last.time) / 1000);
    return together([{...current, seconds}, later]);
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

/** Whether the first event of a stage says more than could be computed since its process was started: the rest was there. */
function isResumed(running: RunningStage): boolean {
  const {first, since, effort} = running;
  if (first === null) return false;
  const pace = running.paceOf(first.what)?.secondsPerEffort(Infinity) ?? null;
  if (pace === null) return false;
  return first.share * (effort[first.what] ?? 0) * pace > 2 * Math.max(1, (first.time - since) / 1000);
}

/** What takes longer than it should goes on for about as long as it is late. */
function restOfLate(whole: Estimate | null, elapsed: number): Estimate | null {
  if (whole === null || elapsed < whole.seconds) return whole && {...whole, seconds: whole.seconds - elapsed};
  return {seconds: Math.max(1, elapsed - whole.seconds), doubt: doubts.unseen};
}

function restOfUncounted(whole: Estimate, elapsed: number, share: number): Estimate | null {
  if (share < tellingShare) return restOfLate(whole, elapsed);
  return {seconds: (elapsed * (1 - share)) / share, doubt: doubts.earlier};
}

function together(parts: readonly Estimate[]): Estimate {
  const seconds = sum(parts.map((part) => part.seconds));
  const doubtful = sum(parts.map((part) => part.seconds * part.doubt));
  return {seconds, doubt: seconds > 0 ? doubtful / seconds : 0};
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
