import type {Stage} from '../../../contract/run/stage.ts';
import {stageSize} from '../../graph/stageEffort.ts';
import {isTraining, type PlannedStage} from '../../graph/stagePlan.ts';
import type {KindTimes} from './kindTimes.ts';
import {PaceLog, type TimedWork} from './paceLog.ts';

type Kind = Stage['kind'];

/** What is expected of some work: `doubt` is by what share it may take longer or shorter. */
export interface Expected {
  /** For a unit of effort. */
  readonly seconds: number;
  readonly doubt: number;
}

/** By where it comes from: an earlier run, stages of another kind. */
const doubts = {earlier: 0.25, unlike: 0.6} as const;
/** Of what was measured in this run, and what is added where far more is to come than was seen: other programs come and go. */
const measuredDoubt = {least: 0.1, ahead: 0.15} as const;
/** Seconds of measuring after which that counts as much as what was expected before. */
const strength = {earlier: 10, unlike: 2} as const;
/** The same for how much slower or faster the machine is than in the earlier run. */
const strengthOfMachine = 30;

/** How fast each kind of stage does each thing that it counts, in this run, and what is expected of those that were not seen yet. */
export class PaceBook {
  readonly #logs = new Map<string, {readonly kind: Kind; readonly log: PaceLog}>();
  /** Whether they train, in the order in which they appear. */
  readonly #kinds: ReadonlyMap<Kind, boolean>;
  /** Those of which a stage counts something. */
  readonly #counting: ReadonlySet<Kind>;

  constructor(
    stages: readonly PlannedStage[],
    readonly earlier: KindTimes,
  ) {
    this.#kinds = new Map(stages.map((planned) => [planned.stage.kind, isTraining(planned)]));
    this.#counting = new Set(stages.filter(hasEffort).map(({stage}) => stage.kind));
  }

  add(kind: Kind, what: string, span: TimedWork & {readonly end: number}): void {
    const key = `${kind} ${what}`;
    const entry = this.#logs.get(key) ?? {kind, log: new PaceLog()};
    this.#logs.set(key, entry);
    entry.log.add(span);
  }

  /** What stages of a kind take for what they count under a name, of which so much is left; null where nothing is known that it could follow from. */
  expected(kind: Kind, what: string, ahead: number): Expected | null {
    return blended(this.#logs.get(`${kind} ${what}`)?.log, this.#unseen(kind, ahead), ahead);
  }

  /** How many times the seconds of the earlier run the same work takes in this one. */
  get machineFactor(): number {
    let [actual, earlier] = [strengthOfMachine, strengthOfMachine];
    for (const {kind, log} of this.#logs.values()) {
      const before = this.#earlierPace([kind]);
      const now = log.secondsPerEffort();
      if (before === null || now === null) continue;
      actual += now * log.effort;
      earlier += before * log.effort;
    }
    return actual / earlier;
  }

  /** By the other things that stages of the kind count, an earlier run, or stages of other kinds: those that train as well, or as little, first. */
  #unseen(kind: Kind, ahead: number): (Expected & {readonly strength: number}) | null {
    const earlier = this.#earlierPace([kind]);
    if (earlier !== null)
      return {seconds: earlier * this.machineFactor, doubt: doubts.earlier, strength: strength.earlier};
    const all = [...this.#kinds.keys()];
    const trains = all.filter((other) => this.#kinds.get(other) === this.#kinds.get(kind));
    const seconds =
      this.#pace([kind], ahead) ??
      this.#pace(trains, ahead) ??
      this.#pace(all, ahead) ??
      this.#earlierPace(trains) ??
      this.#earlierPace(all);
    return seconds === null ? null : {seconds, doubt: doubts.unlike, strength: strength.unlike};
  }

  #pace(kinds: readonly Kind[], ahead: number): number | null {
    let [seconds, effort] = [0, 0];
    for (const {kind, log} of this.#logs.values()) {
      const pace = kinds.includes(kind) ? log.secondsPerEffort(ahead) : null;
      if (pace === null) continue;
      seconds += pace * log.effort;
      effort += log.effort;
    }
    return effort > 0 ? seconds / effort : null;
  }

  #earlierPace(kinds: readonly Kind[]): number | null {
    let [seconds, effort] = [0, 0];
    for (const kind of kinds) {
      const time = this.earlier.get(kind);
      if (time === undefined || !this.#counting.has(kind)) continue;
      seconds += time.seconds;
      effort += time.effort;
    }
    return effort > 0 ? seconds / effort : null;
  }
}

function hasEffort(planned: PlannedStage): boolean {
  return stageSize({...planned, seconds: 0}) > 0;
}

/** What was measured, the more of it the more, and what was expected before, where so much is left. */
export function blended(
  log: PaceLog | null | undefined,
  before: (Expected & {readonly strength: number}) | null,
  ahead: number,
): Expected | null {
  const pace = log?.secondsPerEffort(ahead) ?? null;
  if (!log || pace === null) return before;
  const doubt = measuredDoubt.least + (measuredDoubt.ahead * ahead) / (ahead + log.effort);
  if (before === null) return {seconds: pace, doubt: Math.max(doubt, doubts.earlier)};
  const share = log.seconds / (log.seconds + before.strength);
  // Both as efforts in the same seconds: a mean of speeds, weighted by time, not of durations.
  const efforts = share / pace + (1 - share) / before.seconds;
  return {seconds: 1 / efforts, doubt: share * doubt + (1 - share) * before.doubt};
}
