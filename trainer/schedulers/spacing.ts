import {UserError} from '../contract/errors.ts';
import type {NoiseSchedule} from './schedule.ts';

/**
 * The timesteps at which a sampler of `steps` steps calls the network, from the noisiest to the cleanest.
 * Spacings as in "Common Diffusion Noise Schedules and Sample Steps are Flawed" (Lin et al. 2024), Table 2; `steps_offset` shifts the
 * leading one only.
 */
export function inferenceTimesteps(schedule: NoiseSchedule, steps: number): number[] {
  const {timesteps, config} = schedule;
  if (!Number.isInteger(steps) || steps < 1 || steps > timesteps) {
    throw new UserError('steps-invalid', `A model of ${timesteps} timesteps cannot be sampled in ${steps} steps.`, {
      hint: `Ask for 1 to ${timesteps} steps.`,
    });
  }
  if (config.timestep_spacing === 'linspace') return linspace(timesteps, steps);
  if (config.timestep_spacing === 'trailing') return trailing(timesteps, steps);
  return leading(timesteps, steps, config.steps_offset);
}

/** The timestep that follows index `step` of the list; -1 stands for the clean image. */
export function followingTimestep(list: readonly number[], step: number): number {
  return list[step + 1] ?? -1;
}

function leading(timesteps: number, steps: number, offset: number): number[] {
  const ratio = Math.floor(timesteps / steps);
  const list = Array.from({length: steps}, (_, i) => (steps - 1 - i) * ratio + offset);
  if (Math.min(...list) < 0 || Math.max(...list) >= timesteps) {
    throw new UserError(
      'steps-invalid',
      `${steps} steps with steps_offset ${offset} leave the timesteps 0 to ${timesteps - 1}.`,
      {
        hint: 'Ask for fewer steps.',
      },
    );
  }
  return list;
}

function trailing(timesteps: number, steps: number): number[] {
  const ratio = timesteps / steps;
  // NumPy's arange multiplies the difference of its first two values, whose rounding decides the halves.
  const difference = timesteps - ratio - timesteps;
  return Array.from({length: steps}, (_, i) => roundHalfToEven(timesteps + i * difference) - 1);
}

function linspace(timesteps: number, steps: number): number[] {
  const last = timesteps - 1;
  const spacing = last / Math.max(steps - 1, 1);
  const list = Array.from({length: steps}, (_, i) => roundHalfToEven(i * spacing));
  if (steps > 1) list[steps - 1] = last;
  return list.reverse();
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf ? floor + (floor % 2) : Math.round(value);
}
