import {describe, expect, it} from 'vitest';
import {TimestepSampling} from '../../../trainer/contract/config/timestepSampling.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {timestepWeights} from '../../../trainer/schedulers/timestepWeights.ts';

const linear = createSchedule(SchedulerConfig.parse({}));
const scaled = createSchedule(
  SchedulerConfig.parse({beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012}),
);
const speed = TimestepSampling.parse({kind: 'speed'});

describe("SpeeD's asymmetric sampling", () => {
  // Bounds by NumPy in float64: np.argmax(np.gradient(np.sqrt(1 - np.cumprod(1 - betas))) < 1e-4).
  it.each([
    ['linear', linear, 641],
    ['scaled_linear', scaled, 865],
  ] as const)('prefers the timesteps of %s in which the noise still grows, by 5 to 1', (_, schedule, bound) => {
    const expected = Array.from({length: 1000}, (__, t) => (t < bound ? 5 : 1));
    expect([...(timestepWeights(schedule, speed) ?? [])]).toEqual(expected);
  });

  it('takes ratio and threshold from the config', () => {
    const weights = timestepWeights(linear, {kind: 'speed', ratio: 2, threshold: 1e-3}) ?? [];
    expect(new Set(weights)).toEqual(new Set([1, 2]));
    // np.argmax(np.gradient(...) < 1e-3)
    expect([...weights].lastIndexOf(2)).toBe(380 - 1);
  });

  it('leaves uniform draws as they are', () => {
    expect(timestepWeights(linear, {kind: 'uniform'})).toBeNull();
  });
});
