import {describe, expect, it} from 'vitest';
import {memoryGrowth, type SoakSample} from './memoryGrowth.ts';
import {TrainingClock} from './trainingClock.ts';

/** A sample a minute for `minutes`, with so many bytes in all. */
function samples(minutes: number, bytes: (minute: number) => number): SoakSample[] {
  return Array.from({length: minutes}, (_, minute) => ({
    minute,
    updates: 100 * minute,
    trainer: bytes(minute) - 10,
    owner: 10,
  }));
}

describe('the growth of the memory', () => {
  it('is none where only the warm-up grew and single samples stand out', () => {
    const growth = memoryGrowth(samples(100, (minute) => (minute === 95 ? 5000 : Math.min(1000, 500 + 40 * minute))));
    expect(growth).toEqual({early: 1000, late: 1000, share: 0});
  });

  it('is that between the first and the last quarter after the warm-up', () => {
    // Warm from minute 20 of 100 on; the quarters have their middles at 29.5 and 90.5.
    const growth = memoryGrowth(samples(101, (minute) => 1000 + minute));
    expect(growth).toEqual({early: 1029.5, late: 1090.5, share: 1090.5 / 1029.5 - 1});
  });

  it('is unknown after too few samples', () => {
    expect(memoryGrowth(samples(8, () => 1000))).toBeNull();
    expect(memoryGrowth([])).toBeNull();
  });
});

describe('the clock of a training', () => {
  it('counts the time in which there are updates', () => {
    const clock = new TrainingClock(10_000);
    expect(clock.look(0, 0)).toBe(false);
    expect(clock.look(6000, 3)).toBe(true);
    expect(clock.look(12_000, 6)).toBe(true);
    expect(clock.minutes).toBeCloseTo(0.2);
  });

  it('stands still while the training is held, and for an onlooker who was held', () => {
    const clock = new TrainingClock(10_000);
    clock.look(0, 1);
    expect(clock.look(6000, 1)).toBe(false);
    expect(clock.minutes).toBe(0);
    expect(clock.look(600_000, 90)).toBe(true);
    expect(clock.minutes).toBeCloseTo(10 / 60);
  });
});
