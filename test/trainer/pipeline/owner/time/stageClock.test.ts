import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../../trainer/contract/config/config.ts';
import type {RunEvent} from '../../../../../trainer/contract/run/events.ts';
import {planStages} from '../../../../../trainer/pipeline/graph/stagePlan.ts';
import type {KindTime} from '../../../../../trainer/pipeline/owner/time/kindTimes.ts';
import {StageClock} from '../../../../../trainer/pipeline/owner/time/stageClock.ts';
import {SteadyLeft} from '../../../../../trainer/pipeline/owner/time/steadyLeft.ts';
import {stepEvent} from '../../../../helpers/runs/knownRun.ts';

const config = DemeConfig.parse({
  name: 'a',
  base: 'b',
  data: {kind: 'mnist'},
  decouple: {ranges: 2, updates: 100, batch: 10},
  evaluate: {heldOut: {images: 100, timesteps: 5}, sampling: {steps: 10}, samples: 100, features: 'digits'},
});
// reference, report: next to nothing; expert-0 and -1: 4,000 passes each; 4 evaluations of 1,000 + 1,000 passes.
const stages = planStages(config);

const report = stages.find(({name}) => name === 'report')!.seconds;
/** Of reference and report as long as none was seen. */
const unseen = 1 + report;

const stageEvent = (stage: string, state: 'started' | 'done', seconds: number): RunEvent => {
  return {type: 'stage', stage, state, time: 1000 * seconds};
};
const samples = (stage: string, done: number, seconds: number, what = 'samples'): RunEvent => {
  return {type: 'progress', stage, what, done, total: 100, time: 1000 * seconds};
};

/** Events of an expert that makes an update a second, from `start` on. */
function training(stage: string, start: number, updates: number): RunEvent[] {
  const steps = Array.from({length: updates}, (_, i) => stepEvent(i + 1, {stage, time: 1000 * (start + i + 1)}));
  return [stageEvent(stage, 'started', start), ...steps];
}

function clockAfter(events: readonly RunEvent[], earlier?: ReadonlyMap<'expert' | 'evaluate', KindTime>): StageClock {
  const clock = new StageClock(stages, new Set(), 1, earlier);
  events.forEach((event) => clock.add(event));
  return clock;
}

describe('the clock of a run', () => {
  it('knows nothing before it has seen anything, unless an earlier run has', () => {
    expect(clockAfter([]).left(0)).toBeNull();
    const earlier = new Map([
      ['expert', {seconds: 200, effort: 8000, stages: 2}],
      ['evaluate', {seconds: 80, effort: 8000, stages: 4}],
    ] as const);
    const left = clockAfter([], earlier).left(0) ?? expect.fail();
    // Two experts of 100 s, evaluations of 20 s for base, two experts and ensemble, each with the 2.5 s of a process, and reference and report.
    expect(left.seconds).toBeCloseTo(280 + 6 * 2.5 + unseen, 6);
    expect(left.low).toBeLessThan(0.78 * left.seconds);
    expect(left.high).toBeGreaterThan(1.22 * left.seconds);
  });

  it('takes an expert for as long as the one before, and doubts what it has not seen', () => {
    const clock = clockAfter([...training('expert-0', 0, 100), stageEvent('expert-0', 'done', 110)]);
    const left = clock.left(110_000) ?? expect.fail();
    // 110 s for the other; evaluations by the passes of a training, 2,000 / 4,000 of 100 s each, and the 10 s that it took to end.
    expect(left.seconds).toBeCloseTo(110 + 4 * 60 + unseen, 6);
    expect(left.high / left.low).toBeGreaterThan(2);
    expect(clock.progress).toBeCloseTo(4000 / 16_000, 9);
  });

  it('goes by the pace of what is running, and by the parts that are still to come', () => {
    const before = [
      ...training('expert-0', 0, 100),
      stageEvent('expert-0', 'done', 100),
      ...training('expert-1', 100, 100),
      stageEvent('expert-1', 'done', 200),
      stageEvent('reference', 'started', 200),
      stageEvent('reference', 'done', 204),
    ];
    const drawing = [0, 10, 20, 30, 40].map((done, i) => samples('evaluate-base', done, 220 + 2 * i));
    const running = [...before, stageEvent('evaluate-base', 'started', 204), ...drawing];
    const left = clockAfter(running).left(228_000) ?? expect.fail();
    // Draws 5 images a second: 60 are left. Its pace is the best that is known of the other three, too, and weighs most after so few seconds.
    const whole = (left.seconds - 12 - report) / 3;
    expect(whole).toBeGreaterThan(30);
    expect(whole).toBeLessThan(50);
    expect(clockAfter(running).progress).toBeCloseTo((8000 + 1000 + 400) / 16_000, 9);
    // Once it is done, they take what it took: 16 s before its images, and 20 s for those.
    const rest = [60, 80, 100].map((done, i) => samples('evaluate-base', done, 232 + 4 * i));
    const done = clockAfter([...running, ...rest, stageEvent('evaluate-base', 'done', 240)]).left(240_000);
    expect(done!.seconds).toBeGreaterThan(0.9 * (3 * 36 + report));
    expect(done!.seconds).toBeLessThan(1.25 * (3 * 36 + report));
    expect(done!.low).toBeLessThan(3 * 36 + report);
    expect(done!.high).toBeGreaterThan(3 * 36 + report);
  });

  it('counts only what was computed since a stage was resumed', () => {
    // The second half of the updates, one a second.
    const resumed = training('expert-0', -50, 100).slice(51);
    const clock = clockAfter([stageEvent('expert-0', 'started', 0), ...resumed]);
    const other = 100 + 2.5;
    const evaluations = 4 * (50 + 2.5);
    expect(clock.left(50_000)!.seconds).toBeCloseTo(0.5 + other + evaluations + unseen, 6);
    clock.add(stageEvent('expert-0', 'done', 50));
    // It took no time to end, but nobody has seen a whole start.
    expect(clock.left(50_000)!.seconds).toBeCloseTo(100 + 2 + 4 * (50 + 2) + unseen, 6);
  });

  it('takes the start of a process from stages that have only begun to compute', () => {
    const before = [...training('expert-0', 0, 100), stageEvent('expert-0', 'done', 100)];
    const begun = (first: number) => {
      const drawn = [1, 10, 20].map((done, i) => samples('evaluate-base', done, 101 + first + i));
      const held = {...samples('evaluate-base', 1, 100 + first), what: 'held-out draws'};
      return [...before, stageEvent('evaluate-base', 'started', 100), held, ...drawn];
    };
    const left = (first: number) => clockAfter(begun(first)).left(1000 * (103 + first))!.seconds;
    // Of three more evaluations, each starts as slowly.
    expect(left(21) - left(1)).toBeCloseTo(3 * 20, 6);
  });

  it('scales what an earlier run took by how much slower this one is', () => {
    const earlier = new Map([
      ['expert', {seconds: 200, effort: 8000, stages: 2}],
      ['evaluate', {seconds: 80, effort: 8000, stages: 4}],
    ] as const);
    const slow = training('expert-0', 0, 100).map((event) => ({...event, time: 3 * event.time}));
    const left = clockAfter([...slow, stageEvent('expert-0', 'done', 300)], earlier).left(300_000) ?? expect.fail();
    // About three times as slow for 300 s: 300 s for the other expert, and 60 s for each evaluation that took 20 s.
    const foreseen = 300 + 4 * 60 + unseen;
    expect(left.seconds).toBeGreaterThan(0.9 * foreseen);
    expect(left.seconds).toBeLessThan(1.02 * foreseen);
  });

  it('forgets how fast it was an hour ago where minutes are left, not where hours are', () => {
    // A tenth of the updates in 1,000 s each, then in 100 s each.
    const ends = [1000, 2000, 3000, 4000, 5000, 5100, 5200, 5300, 5400];
    const steps = ends.map((end, i) => stepEvent(10 * (i + 1), {stage: 'expert-1', time: 1000 * end, updates: 100}));
    const before = [stageEvent('expert-0', 'started', 0), stageEvent('expert-0', 'done', 0)];
    const others = stages.filter(({name}) => name.startsWith('expert'));
    const clock = (count: number) => {
      const made = new StageClock(others, new Set(['expert-0']), 1);
      const started = stageEvent('expert-1', 'started', 0);
      [...before, started, ...steps.slice(0, count)].forEach((event) => made.add(event));
      return made.left(1000 * ends[count - 1]!)!.seconds;
    };
    expect(clock(4)).toBeGreaterThan(5500);
    // A mean over all of it would say 540 s.
    expect(clock(9)).toBeLessThan(200);
  });

  it('does not take hours of a pause, or of a machine that slept, for work', () => {
    const clock = clockAfter(training('expert-0', 0, 50));
    const soon = clock.left(50_000)!.seconds;
    // Half a minute may be a slow update.
    expect(soon - clock.left(60_000)!.seconds).toBeCloseTo(10, 9);
    expect(soon - clock.left(7_200_000)!.seconds).toBeCloseTo(30, 9);
  });

  it('takes no slow part of a stage for a pause after a fast one', () => {
    const draws = (done: number) => samples('evaluate-base', done, 1 + done / 10, 'held-out draws');
    const fast = Array.from({length: 100}, (_, i) => draws(i + 1));
    const slow = [0, 10, 20, 30, 40].map((done, i) => samples('evaluate-base', done, 12 + 60 * i));
    const clock = new StageClock(
      stages.filter(({name}) => name === 'evaluate-base'),
      new Set(),
      1,
    );
    [stageEvent('evaluate-base', 'started', 0), ...fast, ...slow].forEach((event) => clock.add(event));
    // Six more of a minute each, of which nothing is known from elsewhere but the draws.
    const left = clock.left(252_000)!.seconds;
    expect(left).toBeGreaterThan(0.8 * 360);
    expect(left).toBeLessThan(1.2 * 360);
  });

  it('takes one long gap for a pause, and work that goes on so slowly for what it is', () => {
    const fast = Array.from({length: 20}, (_, i) => samples('evaluate-base', i + 1, 1 + i));
    const slow = [21, 22, 23, 24, 25].map((done, i) => samples('evaluate-base', done, 80 + 60 * i));
    const leftAfter = (count: number) => {
      const planned = stages
        .filter(({name}) => name === 'evaluate-base')
        .map((stage) => ({...stage, effort: {samples: 1000}}));
      const clock = new StageClock(planned, new Set(), 1);
      [stageEvent('evaluate-base', 'started', 0), ...fast, ...slow.slice(0, count)].forEach((event) =>
        clock.add(event),
      );
      return clock.left(1000 * (80 + 60 * (count - 1)))!.seconds;
    };
    expect(leftAfter(1)).toBeLessThan(100);
    // 23 of them, four slow ones among these, say how long the others take.
    expect(leftAfter(5)).toBeGreaterThan((0.9 * 75 * (19 + 4 * 60)) / 23);
  });

  it('foresees no time below zero where the clock on the wall was set back', () => {
    const clock = clockAfter(
      [
        stageEvent('expert-0', 'started', 3600),
        stageEvent('expert-0', 'done', 10),
        stageEvent('expert-1', 'started', 10),
      ],
      new Map([['expert', {seconds: 200, effort: 8000, stages: 2}]]),
    );
    const left = clock.left(5000) ?? expect.fail();
    for (const seconds of Object.values(left)) expect(seconds).toBeGreaterThanOrEqual(0);
  });
});

describe('a steady estimate', () => {
  it('lets the end move slowly, and follows what is no noise', () => {
    const steady = new SteadyLeft();
    const of = (seconds: number) => ({seconds, low: 0.9 * seconds, high: 1.1 * seconds});
    expect(steady.next(null, 0)).toBeNull();
    expect(steady.next(of(100), 0)).toEqual(of(100));
    // After 2 s 98 are expected; of the 22 more, a part by the twentieth of 120 s in which most is taken over.
    expect(steady.next(of(120), 2000)?.seconds).toBeCloseTo(98 + 22 * (1 - Math.exp(-2 / 6)), 9);
    expect(steady.next(of(900), 4000)).toEqual(of(900));
  });

  it('stays an estimate where the clock on the wall is set back, or nothing is left', () => {
    const steady = new SteadyLeft();
    const of = (seconds: number) => ({seconds, low: 0.9 * seconds, high: 1.1 * seconds});
    expect(steady.next(of(36_000), 7_200_000)).toEqual(of(36_000));
    expect(steady.next(of(35_000), 3_600_000)?.seconds).toBeCloseTo(36_000, 9);
    expect(steady.next(of(0), 3_600_000)).toEqual(of(0));
    expect(steady.next(of(0), 3_600_000)).toEqual(of(0));
    expect(steady.next(of(10), 3_600_000)).toEqual(of(10));
  });

  it('takes over sooner what is learnt where little was known', () => {
    const steady = new SteadyLeft();
    const of = (seconds: number) => ({seconds, low: 0.2 * seconds, high: 3 * seconds});
    expect(steady.next(of(100), 0)).toEqual(of(100));
    expect(steady.next(of(120), 2000)?.seconds).toBeCloseTo(98 + 22 * (1 - Math.exp(-1)), 9);
  });
});
