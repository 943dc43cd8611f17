import type {RunEvent} from '../../../contract/run/events.ts';
import {addSample, noPace, secondsLeft, type Pace} from '../../../contract/run/pace.ts';
import type {TimeLeft} from '../../../contract/timeLeft.ts';
import type {Stage} from '../../../contract/run/stage.ts';
import {totalEffort, updatesOfTraining} from '../../graph/stageEffort.ts';
import {isTraining, type PlannedStage} from '../../graph/stagePlan.ts';
import {scheduleLength, type Task} from './scheduleLength.ts';

type Kind = Stage['kind'];

/** Seconds that stages of a kind have taken, and how much they have computed. */
export interface KindTime {
  readonly seconds: number;
  readonly effort: number;
  readonly stages: number;
}

export type KindTimes = ReadonlyMap<Kind, KindTime>;

/** What is known of a duration: `doubt` is by what share it may be longer or shorter. */
interface Estimate {
  readonly seconds: number;
  readonly doubt: number;
}

interface Running {
  readonly since: number;
  /** What its events count now, and how far that is. */
  readonly what: string | null;
  readonly share: number;
  readonly pace: Pace;
}

/** By where a duration comes from: this run, an earlier one, stages of another kind. */
const doubts = {measured: 0.1, earlier: 0.25, unlike: 0.6} as const;

/** Of a stage that computes next to nothing, as long as none was seen. */
const shortStage: Estimate = {seconds: 5, doubt: doubts.unlike};

/**
 * How far a run is and how much time it has left, by its events. A stage takes as long as those of its kind have taken for the same work: in this run, else
 * in earlier ones, else as stages of other kinds; and stages wait for each other and for a free process as they will.
 */
export class StageClock {
  readonly #running = new Map<string, Running>();
  readonly #done: Set<string>;
  readonly #times = new Map<Kind, KindTime>();

  constructor(
    readonly stages: readonly PlannedStage[],
    finished: ReadonlySet<string>,
    /** Processes at once. */
    readonly parallel: number,
    /** What earlier runs took on the same engine. */
    readonly earlier: KindTimes = new Map(),
  ) {
    this.#done = new Set(finished);
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
    const estimates = new Map<string, Estimate>();
    for (const stage of this.stages) {
      if (this.#done.has(stage.name)) continue;
      const running = this.#running.get(stage.name);
      const estimate = running ? this.#restOf(stage, running, now) : this.#whole(stage);
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

  #start({name}: PlannedStage, since: number): void {
    this.#done.delete(name);
    this.#running.set(name, {since, what: null, share: 0, pace: noPace});
  }

  #end({name, stage, effort}: PlannedStage, {time, state}: Extract<RunEvent, {type: 'stage'}>): void {
    const running = this.#running.get(name);
    this.#running.delete(name);
    this.#done.add(name);
    if (running === undefined || state === 'skipped') return;
    const before = this.#times.get(stage.kind);
    this.#times.set(stage.kind, {
      // The clock on the wall may have been set back meanwhile.
      seconds: (before?.seconds ?? 0) + Math.max(0, time - running.since) / 1000,
      effort: (before?.effort ?? 0) + totalEffort(effort),
      stages: (before?.stages ?? 0) + 1,
    });
  }

  #move({name, effort}: PlannedStage, what: string, share: number, time: number): void {
    // Something small beside what counts, which would hide how far that is.
    if (!(what in effort) && totalEffort(effort) > 0) return;
    const before = this.#running.get(name) ?? {since: time, what: null, share: 0, pace: noPace};
    const pace = addSample(before.what === what ? before.pace : noPace, {time, share});
    this.#running.set(name, {...before, what, share: Math.min(1, share), pace});
  }

  #whole({stage, effort}: PlannedStage): Estimate | null {
    const total = totalEffort(effort);
    const own = this.#times.get(stage.kind);
    if (own) return {seconds: durationFor(own, total), doubt: doubts.measured};
    const pace = this.#paceOf(({kind}) => kind === stage.kind);
    if (pace !== null && total > 0) return {seconds: pace * total, doubt: doubts.measured};
    const earlier = this.earlier.get(stage.kind);
    if (earlier) return {seconds: durationFor(earlier, total), doubt: doubts.earlier};
    if (total === 0) return shortStage;
    const other = this.#paceOfOthers(isTraining({stage})) ?? this.#paceOfOthers();
    return other === null ? null : {seconds: other * total, doubt: doubts.unlike};
  }

  /** What it counts now goes on as it went; what comes after that takes its share of the whole. */
  #restOf(stage: PlannedStage, {since, what, pace}: Running, now: number): Estimate | null {
    const whole = this.#whole(stage);
    const elapsed = (now - since) / 1000;
    const names = Object.keys(stage.effort);
    const at = what === null ? -1 : names.indexOf(what);
    const ofPart = secondsLeft(pace);
    if (ofPart === null || pace.last === null) {
      if (whole === null || elapsed < whole.seconds) return whole && {...whole, seconds: whole.seconds - elapsed};
      // What takes longer than it should goes on for about as long as it is late.
      return {seconds: Math.max(1, elapsed - whole.seconds), doubt: doubts.unlike};
    }
    const total = totalEffort(stage.effort);
    const later = sum(names.slice(at + 1).map((name) => stage.effort[name] ?? 0));
    const rest = later > 0 && whole ? (whole.seconds * later) / total : 0;
    // The events are some seconds old.
    const seconds = Math.max(0, ofPart - (now - pace.last.time) / 1000) + rest;
    return {seconds, doubt: later > 0 ? (whole?.doubt ?? doubts.unlike) : doubts.measured};
  }

  /** Seconds for a unit of work in the stages that run now. */
  #paceOf(counts: (stage: Stage) => boolean): number | null {
    const paces = this.stages.flatMap(({name, stage, effort}) => {
      const running = this.#running.get(name);
      const part = running?.what ? effort[running.what] : undefined;
      const left = running ? secondsLeft(running.pace) : null;
      if (!counts(stage) || !running || !part || left === null || running.share >= 1) return [];
      return [left / ((1 - running.share) * part)];
    });
    return paces.length === 0 ? null : sum(paces) / paces.length;
  }

  /** The same of stages that are done, or run now, or were done earlier; by whether they train, if that is said. */
  #paceOfOthers(trains?: boolean): number | null {
    const fits = (stage: Pick<PlannedStage, 'stage'>) => trains === undefined || isTraining(stage) === trains;
    const kinds = new Set(this.stages.filter(fits).map(({stage}) => stage.kind));
    const ofKinds = (times: KindTimes) => [...times].flatMap(([kind, time]) => (kinds.has(kind) ? [time] : []));
    return paceIn(ofKinds(this.#times)) ?? this.#paceOf((stage) => fits({stage})) ?? paceIn(ofKinds(this.earlier));
  }

  #computed(): number {
    return sum(
      this.stages.map(({name, effort}) => {
        if (this.#done.has(name)) return totalEffort(effort);
        const running = this.#running.get(name);
        if (!running?.what) return 0;
        const names = Object.keys(effort);
        const at = names.indexOf(running.what);
        const before = sum(names.slice(0, Math.max(0, at)).map((each) => effort[each] ?? 0));
        return before + (effort[running.what] ?? 0) * running.share;
      }),
    );
  }
}

function durationFor({seconds, effort, stages}: KindTime, wanted: number): number {
  return effort > 0 && wanted > 0 ? (seconds / effort) * wanted : seconds / Math.max(1, stages);
}

function paceIn(times: readonly KindTime[]): number | null {
  const effort = sum(times.map((time) => time.effort));
  return effort > 0 ? sum(times.filter((time) => time.effort > 0).map(({seconds}) => seconds)) / effort : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
