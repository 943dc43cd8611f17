import {expect, it} from 'vitest';
import {DemeConfig} from '../../../../../trainer/contract/config/config.ts';
import type {RunEvent} from '../../../../../trainer/contract/run/events.ts';
import {TimeLeft} from '../../../../../trainer/contract/timeLeft.ts';
import {planStages, type PlannedStage} from '../../../../../trainer/pipeline/graph/stagePlan.ts';
import type {KindTimes} from '../../../../../trainer/pipeline/owner/time/kindTimes.ts';
import {StageClock} from '../../../../../trainer/pipeline/owner/time/stageClock.ts';
import {SteadyLeft} from '../../../../../trainer/pipeline/owner/time/steadyLeft.ts';
import {createRandom, type Random} from '../../../../../trainer/random.ts';
import {stepEvent} from '../../../../helpers/runs/knownRun.ts';

const pick = <T>(random: Random, values: readonly T[]): T => values[random.int(0, values.length)]!;

/** The stages of a run with some parts. */
function somePlan(random: Random): PlannedStage[] {
  const ranges = random.int(1, 6);
  const evaluate = {
    heldOut: {images: random.int(2, 200), timesteps: random.int(1, 20)},
    sampling: {steps: 10},
    samples: random.int(2, 200),
    grid: 1,
    features: pick(random, ['digits', 'none']),
    ...(random.float() < 0.3 && {shards: random.int(2, 5)}),
  };
  const config = DemeConfig.parse({
    name: 'a',
    base: 'b',
    data: {kind: 'mnist'},
    decouple: {ranges, updates: 100, batch: 10},
    ...(random.float() < 0.6 && ranges > 1 && {merge: random.float() < 0.5 ? {search: {}} : {}}),
    ...(random.float() < 0.7 && {evaluate}),
  });
  return planStages(config);
}

function someEarlier(random: Random, stages: readonly PlannedStage[]): KindTimes {
  if (random.float() < 0.4) return new Map();
  const kinds = stages.map(({stage}) => stage.kind).filter(() => random.float() < 0.6);
  const size = () => pick(random, [1e-3, 10, 1e4]);
  return new Map(kinds.map((kind) => [kind, {seconds: pick(random, [0, size()]), effort: size(), stages: 1}]));
}

/** Any event at all: of a stage in any order, with counts of any size. */
function someEvent(random: Random, stages: readonly PlannedStage[], time: number): RunEvent {
  const planned = random.float() < 0.03 ? null : pick(random, stages);
  const stage = planned?.name ?? 'expert-99';
  const kind = random.float();
  if (kind < 0.25) return {type: 'stage', time, stage, state: pick(random, ['started', 'done', 'skipped'] as const)};
  const total = pick(random, [0, 0.5, 1, 3, 100, 1e9, -1]);
  const done = pick(random, [0, 1, total, total / 2, random.float() * total, 2 * total, -1]);
  if (kind < 0.5) return stepEvent(Math.round(done), {time, stage, updates: Math.round(total)});
  if (kind < 0.9) {
    const what = pick(random, [...Object.keys(planned?.effort ?? {}), 'samples', 'held-out draws', 'updates', 'x']);
    return {type: 'progress', time, stage, done, total, what};
  }
  if (kind < 0.95) return {type: 'stopped', time, stage};
  return {type: 'failed', time, stage, error: {code: 'x', message: 'x'}};
}

/** Milliseconds until the next event: mostly a little, at times none, hours, or a clock that is set back. */
function someGap(random: Random): number {
  const gap = random.float();
  if (gap < 0.1) return 0;
  if (gap < 0.13) return 3_600_000 * random.float() * 10;
  if (gap < 0.16) return -3_600_000 * random.float() * 10;
  return 10 ** (5 * random.float());
}

/** What the panel says of the events of a run, one after the other. */
function* said(clock: StageClock, events: readonly {readonly event: RunEvent; readonly now: number}[]) {
  const steady = new SteadyLeft();
  for (const {event, now} of events) {
    clock.add(event);
    const left = clock.left(now);
    yield {left, shown: steady.next(left, now), progress: clock.progress};
  }
}

function expectInOrder(left: TimeLeft | null, about: string): void {
  if (left === null) return;
  // Not finite in `state.json` is null, and nobody can read the state of the run any more.
  expect(TimeLeft.safeParse(left).success, `${about}: ${JSON.stringify(left)}`).toBe(true);
  const slack = 1 + 1e-9;
  expect(left.low, about).toBeLessThanOrEqual(slack * left.seconds);
  expect(left.seconds, about).toBeLessThanOrEqual(slack * left.high);
}

it.each(Array.from({length: 60}, (_, seed) => seed))(
  'is a time within its range after any events, drawn by %i',
  (seed) => {
    const random = createRandom(seed, 'odd events');
    const stages = somePlan(random);
    const finished = new Set(stages.filter(() => random.float() < 0.2).map(({name}) => name));
    const clock = new StageClock(stages, finished, random.int(1, 5), someEarlier(random, stages));
    let now = 1_790_000_000_000;
    const events = Array.from({length: 120}, () => {
      now += someGap(random);
      return {event: someEvent(random, stages, now + (random.float() < 0.1 ? someGap(random) : 0)), now};
    });
    let longest = 0;
    for (const {left, shown, progress} of said(clock, events)) {
      expectInOrder(left, 'estimate');
      expectInOrder(shown, 'shown');
      expect(progress).toBeGreaterThanOrEqual(0);
      expect(progress).toBeLessThanOrEqual(1 + 1e-9);
      // What is shown lies between estimates.
      longest = Math.max(longest, left?.seconds ?? 0);
      expect(shown?.seconds ?? 0).toBeLessThanOrEqual(longest);
    }
  },
);

it('never goes back while stages do one thing after the other, whatever the clock on the wall does', () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = createRandom(seed, 'orderly events');
    const stages = somePlan(random);
    const clock = new StageClock(stages, new Set(), 1);
    let now = 1_790_000_000_000;
    const at = () => (now += someGap(random));
    const events = stages.flatMap(({name, effort}): RunEvent[] => {
      const counted = Object.keys(effort).flatMap((what) => {
        const shares = Array.from({length: 6}, () => random.float()).sort((a, b) => a - b);
        return shares.map((done): RunEvent => ({
          type: 'progress',
          time: at(),
          stage: name,
          done: 1000 * done,
          total: 1000,
          what,
        }));
      });
      const ends = (state: 'started' | 'done'): RunEvent => ({type: 'stage', time: at(), stage: name, state});
      return [ends('started'), ...counted, ends('done')];
    });
    let before = 0;
    for (const {progress} of said(
      clock,
      events.map((event) => ({event, now: event.time})),
    )) {
      expect(progress).toBeGreaterThanOrEqual(before - 1e-9);
      before = progress;
    }
    expect(before).toBeCloseTo(1, 9);
    expect(clock.left(now)?.seconds).toBe(0);
  }
});
