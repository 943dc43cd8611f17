import type {NoiseSchedule} from './schedule.ts';
import {fractionalTimesteps, roundHalfToEven, solverTimesteps} from './spacing.ts';

/** Where a sampler in σ, the ratio of noise to image (Karras et al. 2022), calls the network, from the noisiest to the cleanest. */
export interface SigmaSteps {
  /** The timesteps that the network is called with, whole or fractional. */
  readonly timesteps: readonly number[];
  /** Their σ, and last the one after the last step: 0, or the smallest of the schedule. */
  readonly sigmas: readonly number[];
}

/** ᾱ of the last timestep of a schedule that ends in pure noise: with 0, σ would be infinite. */
const almostZero = 2 ** -24;

/** Steps of the Euler family: σ of the spaced timesteps, between them on a straight line; other spacings lie between the first and the last. */
export function eulerSigmas(schedule: NoiseSchedule, steps: number): SigmaSteps {
  const {settings} = schedule;
  const table = sigmaTable(schedule);
  const timesteps = fractionalTimesteps(schedule, steps);
  const own = timesteps.map((timestep) => interpolate(table, timestep));
  const spaced = respaced(schedule, steps, own[0] ?? NaN, own.at(-1) ?? NaN);
  if (spaced !== null)
    return ending(
      schedule,
      spaced.map((sigma) => timestepOf(table, sigma)),
      spaced,
    );
  return ending(schedule, timesteps, settings.interpolation_type === 'linear' ? own : logLinear(table, steps));
}

/** The same without other spacings: EulerAncestralDiscreteScheduler has none. */
export function ancestralSigmas(schedule: NoiseSchedule, steps: number): SigmaSteps {
  const table = sigmaTable(schedule);
  const timesteps = fractionalTimesteps(schedule, steps);
  return {timesteps, sigmas: [...timesteps.map((timestep) => interpolate(table, timestep)), 0].map(Math.fround)};
}

/** Steps of the multistep solvers, whose timesteps are whole; other spacings lie between the ends of the whole schedule. */
export function solverSigmas(schedule: NoiseSchedule, steps: number, last?: number): SigmaSteps {
  const table = sigmaTable(schedule);
  const spaced = respaced(schedule, steps, table.at(-1) ?? NaN, table[0] ?? NaN);
  if (spaced === null) {
    const timesteps = solverTimesteps(schedule, steps, last);
    return ending(
      schedule,
      timesteps,
      timesteps.map((timestep) => interpolate(table, timestep)),
    );
  }
  // diffusers rounds those of Karras unless the schedule is that of squared cosines, and cuts the fractions of all others off.
  const rounds = schedule.settings.use_karras_sigmas && schedule.settings.beta_schedule !== 'squaredcos_cap_v2';
  const whole = rounds ? roundHalfToEven : Math.trunc;
  return ending(
    schedule,
    spaced.map((sigma) => whole(timestepOf(table, sigma))),
    spaced,
  );
}

/** Steps of DPM-Solver++ evenly spaced in the log-SNR (Lu et al. 2022). */
export function luSigmas(schedule: NoiseSchedule, steps: number): SigmaSteps {
  const table = sigmaTable(schedule);
  const sigmas = exponential(table.at(-1) ?? NaN, table[0] ?? NaN, steps);
  const whole = schedule.settings.beta_schedule === 'squaredcos_cap_v2' ? Math.trunc : roundHalfToEven;
  return ending(
    schedule,
    sigmas.map((sigma) => whole(timestepOf(table, sigma))),
    sigmas,
  );
}

/** σ of all training timesteps, [T]. */
export function sigmaTable({alphasCumprod, settings}: NoiseSchedule): Float32Array {
  const last = alphasCumprod.length - 1;
  return alphasCumprod.map((alpha, t) => {
    const usable = t === last && settings.rescale_betas_zero_snr ? almostZero : alpha;
    return Math.sqrt(Math.fround(Math.fround(1 - usable) / usable));
  });
}

function ending(schedule: NoiseSchedule, timesteps: readonly number[], sigmas: readonly number[]): SigmaSteps {
  const last = schedule.settings.final_sigmas_type === 'zero' ? 0 : (sigmaTable(schedule)[0] ?? 0);
  return {timesteps, sigmas: [...sigmas, last].map(Math.fround)};
}

/** Other noise levels than those of the spaced timesteps, where the config asks for them. */
function respaced({settings}: NoiseSchedule, steps: number, largest: number, smallest: number): number[] | null {
  const [first, last] = [settings.sigma_max ?? largest, settings.sigma_min ?? smallest];
  if (settings.use_karras_sigmas) return karras(first, last, steps);
  return settings.use_exponential_sigmas ? exponential(first, last, steps) : null;
}

/** Karras et al. 2022, Eq. 5 with ρ = 7. */
function karras(largest: number, smallest: number, count: number): number[] {
  const rho = 7;
  const [first, last] = [largest ** (1 / rho), smallest ** (1 / rho)];
  return ramp(count).map((share) => (first + share * (last - first)) ** rho);
}

function exponential(largest: number, smallest: number, count: number): number[] {
  const [first, last] = [Math.log(largest), Math.log(smallest)];
  return ramp(count).map((share) => Math.exp(first + share * (last - first)));
}

/** One more than there are steps: diffusers leaves the last of them unused. */
function logLinear(table: Float32Array, steps: number): number[] {
  return exponential(table.at(-1) ?? NaN, table[0] ?? NaN, steps + 1);
}

/** `count` numbers from 0 to 1. */
function ramp(count: number): number[] {
  return Array.from({length: count}, (_, i) => i / Math.max(1, count - 1));
}

function interpolate(table: Float32Array, timestep: number): number {
  const below = Math.floor(timestep);
  const low = table[below] ?? NaN;
  return timestep === below ? low : low + (timestep - below) * ((table[below + 1] ?? NaN) - low);
}

/** The timestep of a σ: in the logarithm on a straight line between its neighbours in the table, at the ends of the table beyond it. */
function timestepOf(table: Float32Array, sigma: number): number {
  const logs = (t: number) => Math.log(table[t] ?? NaN);
  const wanted = Math.log(Math.max(sigma, 1e-10));
  const below = Math.min(
    Math.max(
      table.findLastIndex((_, t) => logs(t) <= wanted),
      0,
    ),
    table.length - 2,
  );
  const share = (logs(below) - wanted) / (logs(below) - logs(below + 1));
  return below + Math.min(Math.max(share, 0), 1);
}
