import {beforeEach, describe, expect, it} from 'vitest';
import type {RunEvent} from '../../../../trainer/contract/run/events.ts';
import {StallWatch} from '../../../../trainer/pipeline/owner/stallWatch.ts';

/** A clock that the test sets, in seconds. */
let now = 0;
let watch: StallWatch;

beforeEach(() => {
  now = 0;
  watch = new StallWatch(() => 1000 * now);
  watch.onEvent({type: 'stage', time: 0, stage: 'expert-0', state: 'started'});
});

function step(update: number, secondsPerUpdate: number): RunEvent {
  const measured = {losses: {denoise: 1, consistency: 0}, gradientNorm: 1};
  return {
    type: 'step',
    time: 0,
    stage: 'expert-0',
    update,
    updates: 99,
    ...measured,
    learningRate: 1,
    secondsPerUpdate,
  };
}

/** The first second, up to `end`, at which the watch says something when it looks every two seconds. */
function toldAt(end: number, isPaused = false): number | null {
  for (; now < end; now += 2) if (watch.check(isPaused).length > 0) return now;
  return null;
}

describe('a stage that says nothing', () => {
  it('has stalled after a minute, which is told once, and again after it went on', () => {
    expect(toldAt(200)).toBe(60);
    expect(toldAt(400)).toBeNull();
    expect(watch.onEvent(step(1, 0.1))).toBe('has gone on after 400 s of silence.');
    expect(toldAt(600)).toBe(460);
  });

  it.each([
    ['twenty updates where they are slow', [step(1, 10), step(2, 10)], 200],
    ['a minute where they are fast', [step(1, 0.1), step(2, 0.1)], 60],
    ['three gaps between two steps where these are rare', [step(1, 2), step(101, 2)], 600],
  ])('has time for %s', (_, events, limit) => {
    events.forEach((event) => watch.onEvent(event));
    expect(toldAt(1000)).toBe(limit);
  });

  it('has not stalled while it waits and has said so', () => {
    watch.onEvent({type: 'log', time: 0, stage: 'expert-0', level: 'warning', message: 'waits', waiting: true});
    expect(toldAt(500)).toBeNull();
    watch.onEvent({type: 'log', time: 0, stage: 'expert-0', level: 'info', message: 'goes on'});
    expect(toldAt(1000)).toBe(560);
  });

  it('has not stalled while the run is paused', () => {
    expect(toldAt(500, true)).toBeNull();
    expect(toldAt(1000)).toBe(558);
  });

  it('has not stalled where its owner was asleep itself', () => {
    expect(toldAt(10)).toBeNull();
    now += 3600;
    expect(watch.check(false)).toEqual([]);
    expect(toldAt(now + 100)).toBe(3670);
  });

  it.each<[string, RunEvent]>([
    ['done', {type: 'stage', time: 0, stage: 'expert-0', state: 'done'}],
    ['stopped', {type: 'stopped', time: 0, stage: 'expert-0'}],
    ['failed', {type: 'failed', time: 0, stage: 'expert-0', error: {code: 'x', message: 'y'}}],
  ])('is forgotten when it is %s', (_, event) => {
    watch.onEvent(event);
    expect(toldAt(500)).toBeNull();
  });
});
