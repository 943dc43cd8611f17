import {describe, expect, it} from 'vitest';
import {Silence} from '../../extension/silence.ts';
import {knownState} from '../helpers/runs/knownRun.ts';

/** Silence as it is seen at some seconds of a clock that nobody sets. */
function clocked() {
  let now = 0;
  const silence = new Silence(() => now * 1000);
  return {
    silence,
    at: (seconds: number, heartbeat: number, state: 'running' | 'paused' | 'done' = 'running') => {
      now = seconds;
      return silence.after(knownState(state, 0.5, {heartbeat}));
    },
  };
}

describe('the silence of an owner', () => {
  it('is told in tens of seconds once half a minute has passed without a heartbeat', () => {
    const {at} = clocked();
    expect([0, 15, 29.9, 30, 39.9, 40, 100].map((seconds) => at(seconds, 1000))).toEqual([
      null,
      null,
      null,
      30,
      30,
      40,
      100,
    ]);
  });

  it('is over with the next heartbeat, whatever the clock on the wall says', () => {
    const {at} = clocked();
    at(0, 1000);
    expect(at(50, 1000)).toBe(50);
    // The owner's clock was set back.
    expect([at(52, 400), at(60, 400), at(83, 400)]).toEqual([null, null, 30]);
    expect(at(84, 99_999)).toBeNull();
  });

  it('is no matter for a run that nobody carries out', () => {
    const {at, silence} = clocked();
    expect([at(0, 1000, 'done'), at(500, 1000, 'done'), silence.after(null)]).toEqual([null, null, null]);
    at(500, 1000, 'paused');
    expect(at(540, 1000, 'paused')).toBe(40);
  });
});
