import {describe, expect, it} from 'vitest';
import {DemeConfig} from '../../../../../trainer/contract/config/config.ts';
import type {RunEvent} from '../../../../../trainer/contract/run/events.ts';
import {planStages} from '../../../../../trainer/pipeline/graph/stagePlan.ts';
import {StageClock, type KindTime} from '../../../../../trainer/pipeline/owner/time/stageClock.ts';
import {SteadyLeft} from '../../../../../trainer/pipeline/owner/time/steadyLeft.ts';
import {stepEvent} from '../../../../helpers/knownRun.ts';

const config = DemeConfig.parse({
  name: 'a',
  base: 'b',
  data: {kind: 'mnist'},
  decouple: {ranges: 2, updates: 100, batch: 10},
  evaluate: {heldOut: {images: 100, timesteps: 5}, sampling: {steps: 10}, samples: 100, features: 'digits'},
});
// reference, report: next to nothing; expert-0 and -1: 4,000 passes each; 4 evaluations of 1,000 + 1,000 passes.
const stages = planStages(config);

const stageEvent = (stage: string, state: 'started' | 'done', seconds: number): RunEvent => {
  return {type: 'stage', stage, state, time: 1000 * seconds};
};
const samples = (stage: string, done: number, seconds: number): RunEvent => {
  return {type: 'progress', stage, what: 'samples', done, total: 100, time: 1000 * seconds};
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
    // Two experts of 100 s, evaluations of 20 s for base, two experts and ensemble, and 5 s each for reference and report.
    expect(left.seconds).toBeCloseTo(290, 6);
    expect(left.low).toBeLessThan(0.78 * 290);
    expect(left.high).toBeGreaterThan(1.22 * 290);
  });

  it('takes an expert for as long as the one before, and doubts what it has not seen', () => {
    const clock = clockAfter([...training('expert-0', 0, 100), stageEvent('expert-0', 'done', 110)]);
    const left = clock.left(110_000) ?? expect.fail();
    // 110 s for the other; evaluations by the passes of a training: 2,000 / 4,000 of 110 s each.
    expect(left.seconds).toBeCloseTo(110 + 4 * 55 + 10, 6);
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
      stageEvent('evaluate-base', 'started', 204),
      stageEvent('evaluate-base', 'done', 224),
    ];
    const drawing = [0, 10, 20, 30, 40].map((done, i) => samples('evaluate-expert-0', done, 240 + i));
    const running = [...before, stageEvent('evaluate-expert-0', 'started', 224), ...drawing];
    // Draws 10 images a second: 60 are left. Two more evaluations as that of the base, and the report.
    const left = clockAfter(running).left(244_000) ?? expect.fail();
    expect(left.seconds).toBeCloseTo(6 + 2 * 20 + 5, 6);
    expect(left.high / left.low).toBeLessThan(1.5);
    expect(clockAfter(running).progress).toBeCloseTo((8000 + 2000 + 1000 + 400) / 16_000, 9);
    // In its first part, the whole evaluation is expected to take what that of the base took.
    const early = clockAfter([...before, stageEvent('evaluate-expert-0', 'started', 224)]);
    expect(early.left(229_000)?.seconds).toBeCloseTo(15 + 2 * 20 + 5, 6);
  });

  it('foresees no time below zero where the clock on the wall was set back', () => {
    const clock = clockAfter([
      stageEvent('expert-0', 'started', 3600),
      stageEvent('expert-0', 'done', 10),
      stageEvent('expert-1', 'started', 10),
    ]);
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
    // After 2 s 98 are expected; of the 22 more, a tenth.
    expect(steady.next(of(120), 2000)?.seconds).toBeCloseTo(98 + 22 * (1 - Math.exp(-0.1)), 9);
    expect(steady.next(of(900), 4000)).toEqual(of(900));
  });
});
