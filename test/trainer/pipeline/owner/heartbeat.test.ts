import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {startHeartbeat} from '../../../../trainer/pipeline/owner/heartbeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a heartbeat', () => {
  it('never beats twice at once, and its end waits for the beat in progress', async () => {
    const finish: (() => void)[] = [];
    const beat = vi.fn(() => new Promise<void>((resolve) => finish.push(resolve)));
    const end = startHeartbeat(beat, () => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(beat).toHaveBeenCalledTimes(1);
    let isOver = false;
    const ended = end().then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(isOver).toBe(false);
    finish[0]?.();
    await ended;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(beat).toHaveBeenCalledTimes(1);
  });

  it('tells of a failure and goes on', async () => {
    const onFailure = vi.fn();
    const beat = vi.fn(() => Promise.reject(new Error('no disk')));
    const end = startHeartbeat(beat, onFailure);
    await vi.advanceTimersByTimeAsync(4000);
    await end();
    expect(onFailure).toHaveBeenCalledTimes(2);
    expect(onFailure).toHaveBeenCalledWith(new Error('no disk'));
  });
});
