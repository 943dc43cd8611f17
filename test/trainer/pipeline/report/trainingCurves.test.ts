import {describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {lossPerTimestep, trainingCurves} from '../../../../trainer/pipeline/report/trainingCurves.ts';
import {stepEvent} from './syntheticRun.ts';

describe('trainingCurves', () => {
  it('sorts the events of stages that ran side by side', () => {
    const curves = trainingCurves([step('expert-0', 10), step('expert-1', 10), step('expert-0', 20)]);
    expect([...curves].map(([stage, {steps}]) => [stage, steps.map(({update}) => update)])).toEqual([
      ['expert-0', [10, 20]],
      ['expert-1', [10]],
    ]);
  });

  it('takes what a resumed run tells a second time', () => {
    const events = [step('a', 10, 1), step('a', 20, 2), step('a', 30, 3), step('a', 20, 4), step('a', 30, 5)];
    const steps = trainingCurves(events)
      .get('a')
      ?.steps.map(({update, losses}) => [update, losses.denoise]);
    expect(steps).toEqual([
      [10, 1],
      [20, 4],
      [30, 5],
    ]);
  });

  it('replaces the buckets that overlap with those of a resumed run', () => {
    const events = [buckets(0, 50, [1]), buckets(50, 100, [1]), buckets(100, 120, [1]), buckets(50, 100, [9])];
    const kept = trainingCurves(events)
      .get('a')
      ?.buckets.map(({from, to, count}) => [from, to, count[0]]);
    expect(kept).toEqual([
      [0, 50, 1],
      [50, 100, 9],
    ]);
  });

  it('leaves out stages that did not train', () => {
    expect(trainingCurves([{type: 'stage', time: 0, stage: 'search', state: 'started'}]).size).toBe(0);
  });
});

describe('lossPerTimestep', () => {
  it('is the mean over all draws of the second half, at the middle of the bucket', () => {
    const events = [
      buckets(0, 50, [4, 4], [400, 400]),
      buckets(50, 100, [1, 3], [2, 9]),
      buckets(100, 150, [3, 1], [4, 7]),
    ];
    expect(lossPerTimestep(events, 1000)).toEqual([
      [250, 6 / 4],
      [750, 16 / 4],
    ]);
  });

  it('has a gap where nothing was drawn or a loss was not finite', () => {
    const events = [buckets(0, 50, [0, 2, 2], [0, null, 3])];
    expect(lossPerTimestep(events, 300)).toEqual([
      [50, null],
      [150, null],
      [250, 1.5],
    ]);
    expect(lossPerTimestep([], 300)).toEqual([]);
  });
});

function step(stage: string, update: number, denoise = 1): RunEvent {
  return stepEvent(stage, update, {losses: {denoise}});
}

function buckets(from: number, to: number, count: number[], denoise: (number | null)[] = count) {
  const losses = {denoise, consistency: count.map(() => 0)};
  return {type: 'buckets' as const, time: 0, stage: 'a', from, to, count, losses};
}
