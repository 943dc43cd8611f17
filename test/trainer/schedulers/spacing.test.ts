import {describe, expect, it} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {createSchedule} from '../../../trainer/schedulers/schedule.ts';
import {followingTimestep, inferenceTimesteps} from '../../../trainer/schedulers/spacing.ts';

const timesteps = (steps: number, config: Record<string, unknown> = {}) =>
  inferenceTimesteps(createSchedule(SchedulerConfig.parse(config)), steps);

describe('inferenceTimesteps', () => {
  it('leads with multiples of floor(T / steps)', () => {
    expect(timesteps(10)).toEqual([900, 800, 700, 600, 500, 400, 300, 200, 100, 0]);
    expect(timesteps(50).slice(0, 2)).toEqual([980, 960]);
    expect(timesteps(3)).toEqual([666, 333, 0]);
    expect(timesteps(1000)).toEqual(Array.from({length: 1000}, (_, i) => 999 - i));
  });

  it('shifts the leading spacing by the offset', () => {
    expect(timesteps(5, {steps_offset: 1})).toEqual([801, 601, 401, 201, 1]);
    expect(() => timesteps(1000, {steps_offset: 1})).toThrow(UserError);
  });

  // numpy.round(numpy.arange(1000, 0, -1000 / steps)) - 1
  it('trails from the last timestep', () => {
    expect(timesteps(10, {timestep_spacing: 'trailing'})).toEqual([999, 899, 799, 699, 599, 499, 399, 299, 199, 99]);
    expect(timesteps(6, {timestep_spacing: 'trailing'})).toEqual([999, 832, 666, 499, 332, 166]);
    expect(timesteps(16, {timestep_spacing: 'trailing'}).slice(0, 4)).toEqual([999, 937, 874, 811]);
  });

  // numpy.linspace(0, 999, steps).round()[::-1]
  it('spaces evenly from the last timestep to 0', () => {
    expect(timesteps(10, {timestep_spacing: 'linspace'})).toEqual([999, 888, 777, 666, 555, 444, 333, 222, 111, 0]);
    expect(timesteps(5, {timestep_spacing: 'linspace'})).toEqual([999, 749, 500, 250, 0]);
    expect(timesteps(1, {timestep_spacing: 'linspace'})).toEqual([0]);
  });

  it.each(['leading', 'trailing', 'linspace'])(
    'falls within [0, T) for every number of steps (%s)',
    (timestep_spacing) => {
      const schedule = createSchedule(SchedulerConfig.parse({timestep_spacing}));
      for (let steps = 1; steps <= 1000; steps++) {
        const list = inferenceTimesteps(schedule, steps);
        expect(list).toHaveLength(steps);
        expect(list[0]).toBeLessThan(1000);
        expect(list.at(-1)).toBeGreaterThanOrEqual(0);
        expect(list.every((timestep, i) => i === 0 || timestep < (list[i - 1] as number))).toBe(true);
      }
    },
  );

  it('refuses a number of steps that the model cannot take', () => {
    for (const steps of [0, 1001, 2.5]) expect(() => timesteps(steps)).toThrow(UserError);
  });
});

describe('followingTimestep', () => {
  it('is the next of the list, and -1 at the end', () => {
    expect([0, 1, 2].map((step) => followingTimestep([900, 450, 0], step))).toEqual([450, 0, -1]);
  });
});
