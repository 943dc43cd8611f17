import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {Matrix, solve} from 'ml-matrix';
import type {SchedulerSettings} from '../../contract/model/schedulerSettings.ts';
import {thresholdOriginal} from '../../schedulers/clipOriginal.ts';
import {
  epsilonFromPrediction,
  levelOfRatio,
  originalFromPrediction,
  type NoiseSchedule,
} from '../../schedulers/schedule.ts';
import {solverSigmas} from '../../schedulers/sigmas.ts';
import {startOf, walk, type Sampler} from './sampler.ts';
import {combine, solverLevel, type SolverLevel, type SolverState} from './solverState.ts';

interface UniPcState extends SolverState {
  /** The images that the last prediction was made from, after their correction. */
  readonly before?: Tensor4D;
  /** Order of that step. */
  readonly order: number;
}

/** UniPC (Zhao et al. 2023) as UniPCMultistepScheduler of diffusers computes it: each call corrects the step that led to it, then makes the next. */
export const uniPc: Sampler = (predict, start, steps, options) => {
  const {schedule} = options;
  const {settings} = schedule;
  const {timesteps, sigmas} = solverSigmas(schedule, steps);
  const levels = sigmas.map(solverLevel);
  const state: UniPcState = {...startOf(start), history: [], order: 0};
  return walk(state, timesteps.length, options, ({images, history, before, order}, index) => {
    const prediction = predict(images, timesteps[index] as number);
    const output = converted(schedule, prediction, images, sigmas[index] as number);
    const isCorrected = before !== undefined && !settings.disable_corrector.includes(index - 1);
    const corrected = isCorrected
      ? update(settings, before, history, levelsFrom(levels, index, order), output)
      : images;
    const outputs = [output, ...history].slice(0, settings.solver_order);
    const left = settings.lower_order_final || sigmas[index + 1] === 0 ? timesteps.length - index : outputs.length;
    const next = Math.min(left, outputs.length);
    const stepped = update(settings, corrected, outputs, levelsFrom(levels, index + 1, next), null);
    return {images: stepped, history: outputs, before: corrected, order: next};
  });
};

/** The level that a step of an order ends at, then those of the outputs that it uses. */
function levelsFrom(levels: readonly SolverLevel[], end: number, order: number): SolverLevel[] {
  return levels.slice(end - order, end + 1).reverse();
}

/** What the equation is solved for: the image, or the noise. */
function converted(schedule: NoiseSchedule, prediction: Tensor4D, images: Tensor4D, ratio: number): Tensor4D {
  const level = levelOfRatio(ratio);
  if (!schedule.settings.predict_x0) return epsilonFromPrediction(schedule, prediction, images, level);
  return thresholdOriginal(schedule.settings, originalFromPrediction(schedule, prediction, images, level));
}

/**
 * A step of UniP (Zhao et al. 2023, Eq. 8) or, with the output at its end, of UniC (Eq. 6). `levels` holds its end and one level for each
 * output that it uses, of which `outputs` begins with the one at the beginning of the step.
 */
function update(
  settings: SchedulerSettings,
  images: Tensor4D,
  outputs: readonly Tensor4D[],
  levels: readonly SolverLevel[],
  atEnd: Tensor4D | null,
): Tensor4D {
  const [end, from, ...earlier] = levels as [SolverLevel, SolverLevel, ...SolverLevel[]];
  const h = end.lambda - from.lambda;
  const [scale, size] = settings.predict_x0 ? [end.sigma / from.sigma, end.alpha] : [end.alpha / from.alpha, end.sigma];
  const exponent = settings.predict_x0 ? -h : h;
  const first = outputs[0] as Tensor4D;
  const ratios = earlier.map((level) => (level.lambda - from.lambda) / h);
  const differences = [
    ...ratios.map((ratio, i): Tensor4D => tf.div(tf.sub(outputs[i + 1] as Tensor4D, first), ratio)),
    ...(atEnd === null ? [] : [tf.sub<Tensor4D>(atEnd, first)]),
  ];
  const weights = differenceWeights(settings, exponent, ratios, atEnd !== null);
  return combine([
    [scale, images],
    [-size * Math.expm1(exponent), first],
    ...differences.map((each, i): [number, Tensor4D] => [-size * (weights[i] as number), each]),
  ]);
}

/**
 * Factors of the differences: the solution of a system in the ratios of step lengths (Eq. 5), in which B(h) cancels. Where there is one
 * unknown, diffusers takes half of B(h) instead, as the paper recommends.
 */
function differenceWeights(
  {solver_type}: SchedulerSettings,
  exponent: number,
  ratios: readonly number[],
  corrects: boolean,
): number[] {
  const nodes = corrects ? [...ratios, 1] : ratios;
  if (nodes.length === 0) return [];
  if (nodes.length === 1) return [(solver_type === 'bh1' ? exponent : Math.expm1(exponent)) / 2];
  const powers = nodes.map((_, row) => nodes.map((node) => node ** row));
  return solve(new Matrix(powers), Matrix.columnVector(moments(exponent, nodes.length))).to1DArray();
}

/** k! φ_{k+1}(x) x for k = 1 to `count`, with φ_1(x) = (e^x - 1) / x and φ_{k+1}(x) = (φ_k(x) - 1 / k!) / x. */
function moments(x: number, count: number): number[] {
  let [phi, factorial] = [Math.expm1(x) / x - 1, 1];
  return Array.from({length: count}, (_, i) => {
    const moment = phi * factorial;
    factorial *= i + 2;
    phi = phi / x - 1 / factorial;
    return moment;
  });
}
