import {describe, expect, it} from 'vitest';
import {
  addEvents,
  noProgress,
  plannedProgress,
  type RunProgress,
} from '../../../../trainer/contract/run/runProgress.ts';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {stepEvent} from '../../../helpers/runs/knownRun.ts';

const started: RunEvent = {type: 'stage', time: 0, stage: 'expert-0', state: 'started'};

function steps(from: number, to: number, changes: Partial<Extract<RunEvent, {type: 'step'}>> = {}): RunEvent[] {
  return Array.from({length: to - from + 1}, (_, i) => stepEvent(from + i, changes));
}

function expert(progress: RunProgress) {
  const stage = progress.stages.get('expert-0');
  if (stage === undefined) throw new Error('no expert');
  return stage;
}

describe('the progress of a run', () => {
  it('has the newest numbers of a training, and the time that it still takes', () => {
    const stage = expert(addEvents(noProgress, [started, ...steps(1, 40), stepEvent(41, {losses: {denoise: 0.0125}})]));
    expect(stage).toMatchObject({state: 'running', update: 41, updates: 100, share: 0.41, losses: {denoise: 0.0125}});
    // One update a second, 59 to go.
    expect(stage.secondsLeft).toBeCloseTo(59, 6);
  });

  it('tells no time before it has seen some steps after the warm-up', () => {
    const left = [1, 2, 3, 4, 5, 6].map((n) => expert(addEvents(noProgress, [started, ...steps(1, n)])).secondsLeft);
    expect(left.slice(0, 4)).toEqual([null, null, null, null]);
    expect(left[4]).toBeCloseTo(95, 6);
  });

  it('does not let a slow start make the estimate long', () => {
    const slow = [started, stepEvent(1, {time: 1000}), stepEvent(2, {time: 60_000})];
    const rest = steps(3, 20).map((event) => ({...event, time: 60_000 + event.time}));
    expect(expert(addEvents(noProgress, [...slow, ...rest])).secondsLeft).toBeCloseTo(80, 6);
  });

  it('begins the estimate anew when the steps go back to a checkpoint', () => {
    const before = addEvents(noProgress, [started, ...steps(1, 60)]);
    const later = steps(41, 43, {}).map((event) => ({...event, time: 500_000 + event.time * 2}));
    const resumed = addEvents(before, [{...started, time: 500_000}, ...later]);
    expect(expert(resumed)).toMatchObject({update: 43, share: 0.43, secondsLeft: null});
    const more = steps(44, 50).map((event) => ({...event, time: 500_000 + event.time * 2}));
    // Two seconds an update now, 50 to go.
    expect(expert(addEvents(resumed, more)).secondsLeft).toBeCloseTo(100, 6);
  });

  it('begins the estimate anew after a pause', () => {
    const before = addEvents(noProgress, [started, ...steps(1, 30)]);
    const after = steps(31, 40).map((event) => ({...event, time: event.time + 3_600_000}));
    expect(expert(addEvents(before, after)).secondsLeft).toBeCloseTo(60, 6);
  });

  it('begins the estimate anew where the clock on the wall was set back, and not for an event that is late', () => {
    const before = addEvents(noProgress, [started, ...steps(1, 40)]);
    const late = addEvents(before, [stepEvent(41, {time: 39_000}), stepEvent(42, {time: 42_000})]);
    expect(expert(late).secondsLeft).toBeCloseTo(58, 6);
    const set = steps(41, 60).map((event) => ({...event, time: 2 * event.time - 3_600_000}));
    // Two seconds an update since then.
    expect(expert(addEvents(before, set)).secondsLeft).toBeCloseTo(80, 6);
  });

  it('has a share between nothing and all, whatever is counted', () => {
    const counted = [-3, 0, 1e9, 7].map((done): RunEvent => {
      return {type: 'progress', time: done, stage: 'expert-0', what: 'samples', done, total: 10};
    });
    expect(counted.map((event) => expert(addEvents(noProgress, [event])).share)).toEqual([0, 0, 1, 0.7]);
  });

  it('keeps what is known when a stage starts again, and forgets its error', () => {
    const error = {code: 'bug', message: 'oops'};
    const failed = addEvents(noProgress, [...steps(1, 9), {type: 'failed', time: 9000, stage: 'expert-0', error}]);
    expect(expert(failed)).toMatchObject({state: 'failed', error, update: 9});
    expect(expert(addEvents(failed, [started]))).toMatchObject({state: 'running', error: null, update: 9, share: 0.09});
  });

  it('knows what a stage does before its first step', () => {
    const stage = 'expert-0';
    const log = (time: number): RunEvent => ({type: 'log', time, stage, level: 'info', message: 'for the first time'});
    const events: RunEvent[] = [
      log(1),
      {type: 'stage', time: 2, stage, state: 'started'},
      log(3),
      {type: 'images', time: 4, stage, file: 'samples-0.png', update: 0},
      {type: 'progress', time: 5, stage, what: 'samples', done: 1, total: 2},
    ];
    const phases = events.map((_, i) => addEvents(noProgress, events.slice(0, i + 1)).stages.get(stage)?.phase);
    expect(phases).toEqual([undefined, 'engine', 'reading', 'first', null]);
    expect(addEvents(noProgress, [events[1]!, {type: 'stopped', time: 3, stage}]).stages.get(stage)?.phase).toBeNull();
  });

  it('knows which stages are planned, done and skipped', () => {
    const planned = plannedProgress(['expert-0', 'expert-1', 'merge'], new Set(['expert-0']));
    const skipped = addEvents(planned, [{type: 'stage', time: 1, stage: 'expert-1', state: 'skipped'}]);
    const states = [...skipped.stages].map(([name, {state, share}]) => [name, state, share]);
    expect(states).toEqual([
      ['expert-0', 'done', 1],
      ['expert-1', 'done', 1],
      ['merge', 'waiting', 0],
    ]);
  });

  it('keeps the best candidate, whose loss is a number', () => {
    const candidate = (weight: number, loss: number | null): RunEvent => ({
      type: 'candidate',
      time: 1,
      stage: 'search',
      weights: [weight],
      loss,
      origin: 'grid',
    });
    const {best} = addEvents(noProgress, [candidate(0, null), candidate(0.5, 0.2), candidate(1, 0.3)]);
    expect(best).toEqual({weights: [0.5], loss: 0.2});
  });

  it('keeps the newest warnings only', () => {
    const warning = (i: number): RunEvent => ({
      type: 'log',
      time: i,
      stage: 'merge',
      level: 'warning',
      message: `${i}`,
    });
    const {warnings} = addEvents(
      noProgress,
      Array.from({length: 30}, (_, i) => warning(i)),
    );
    expect(warnings).toHaveLength(20);
    expect(warnings.at(-1)).toBe('merge: 29');
  });

  it('keeps those warnings as alerts that say so, with their times', () => {
    const warning = (time: number, alert?: true): RunEvent => ({
      ...{type: 'log', time, stage: 'expert-0', level: 'warning', message: `${time}`},
      ...(alert && {alert}),
    });
    const {alerts, warnings} = addEvents(noProgress, [warning(1), warning(2, true), warning(3)]);
    expect(alerts).toEqual([{time: 2, text: 'expert-0: 2'}]);
    expect(warnings).toHaveLength(3);
  });

  it('does not take the end of the run for a stage', () => {
    const ended = addEvents(noProgress, [
      {type: 'done', time: 5, stage: 'run'},
      {type: 'stopped', time: 6, stage: 'run'},
    ]);
    expect([...ended.stages]).toEqual([]);
    expect(ended.time).toBe(6);
  });

  it('is the same however the events arrive', () => {
    const events = [started, ...steps(1, 50), {...started, time: 60_000}, ...steps(31, 70)];
    const one = addEvents(noProgress, events);
    const pieces = events.reduce((progress, event) => addEvents(progress, [event]), noProgress);
    expect(pieces).toEqual(one);
  });
});
