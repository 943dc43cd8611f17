import {UserError} from '../contract/errors.ts';
import type {NoiseSchedule} from './schedule.ts';

/**
 * The timesteps at which DDIM, DDPM and PNDM call the network in `steps` steps, from the noisiest to the cleanest.
 * Spacings as in "Common Diffusion Noise Schedules and Sample Steps are Flawed" (Lin et al. 2024), Table 2; `steps_offset` shifts the
 * leading one only.
 */
export function inferenceTimesteps(schedule: NoiseSchedule, steps: number): number[] {
  const {timesteps, settings} = schedule;
  requireSteps(steps, timesteps);
  if (settings.timestep_spacing === 'linspace') return linspace(timesteps, steps).map(roundHalfToEven);
  if (settings.timestep_spacing === 'trailing') return trailing(timesteps, timesteps / steps, steps);
  return requireWithin(leading(Math.floor(timesteps / steps), steps, settings.steps_offset), schedule);
}

/** Those of the Euler family: evenly spaced ones are not rounded. */
export function fractionalTimesteps(schedule: NoiseSchedule, steps: number): number[] {
  const {timesteps, settings} = schedule;
  if (settings.timestep_spacing !== 'linspace') return inferenceTimesteps(schedule, steps);
  requireSteps(steps, timesteps);
  return linspace(timesteps, steps).map(Math.fround);
}

/**
 * Those of the multistep solvers, who space one more step and end before the last. `last` is the first timestep that is left out as too
 * noisy, T where none is.
 */
export function solverTimesteps(schedule: NoiseSchedule, steps: number, last = schedule.timesteps): number[] {
  const {timesteps, settings} = schedule;
  requireSteps(steps, last - 1);
  if (settings.timestep_spacing === 'linspace')
    return linspace(last, steps + 1)
      .slice(0, -1)
      .map(roundHalfToEven);
  if (settings.timestep_spacing === 'trailing') {
    const ratio = timesteps / steps;
    return trailing(last, ratio, Math.ceil(last / ratio));
  }
  const spaced = leading(Math.floor(last / (steps + 1)), steps + 1, settings.steps_offset);
  return requireWithin(spaced.slice(0, -1), schedule);
}

/** The timestep that follows index `step` of the list; -1 stands for the clean image. */
export function followingTimestep(list: readonly number[], step: number): number {
  return list[step + 1] ?? -1;
}

function requireSteps(steps: number, most: number): void {
  if (Number.isInteger(steps) && steps >= 1 && steps <= most) return;
  throw new UserError('steps-invalid', `This sampler cannot draw in ${steps} steps.`, {
    hint: `Ask for 1 to ${most} steps.`,
  });
}

function leading(ratio: number, count: number, offset: number): number[] {
  return Array.from({length: count}, (_, i) => (count - 1 - i) * ratio + offset);
}

function requireWithin(list: number[], {timesteps, settings}: NoiseSchedule): number[] {
  if (Math.min(...list) >= 0 && Math.max(...list) < timesteps) return list;
  const message = `${list.length} steps with steps_offset ${settings.steps_offset} leave the timesteps 0 to ${timesteps - 1}.`;
  throw new UserError('steps-invalid', message, {hint: 'Ask for fewer steps.'});
}

function trailing(last: number, ratio: number, count: number): number[] {
  // NumPy's arange multiplies the difference of its first two values, whose rounding decides the halves.
  const difference = last - ratio - last;
  return Array.from({length: count}, (_, i) => roundHalfToEven(last + i * difference) - 1);
}

function linspace(timesteps: number, count: number): number[] {
  const last = timesteps - 1;
  const spacing = last / Math.max(count - 1, 1);
  const list = Array.from({length: count}, (_, i) => i * spacing);
  if (count > 1) list[count - 1] = last;
  return list.reverse();
}

export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf ? floor + (floor % 2) : Math.round(value);
}
