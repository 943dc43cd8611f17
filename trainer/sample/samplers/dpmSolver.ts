import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {UserError} from '../../contract/errors.ts';
import type {SchedulerSettings} from '../../contract/model/schedulerSettings.ts';
import {thresholdOriginal} from '../../schedulers/clipOriginal.ts';
import {
  epsilonFromPrediction,
  levelOfRatio,
  originalFromPrediction,
  type NoiseSchedule,
} from '../../schedulers/schedule.ts';
import {luSigmas, sigmaTable, solverSigmas, type SigmaSteps} from '../../schedulers/sigmas.ts';
import {startOf, walk, type Sampler} from './sampler.ts';
import {combine, solverLevel, type SolverLevel, type SolverState} from './solverState.ts';

/** Below that many steps the last ones are of lower order, which is more stable. */
const fewSteps = 15;

/**
 * DPM-Solver++ (Lu et al. 2022) by multisteps as DPMSolverMultistepScheduler of diffusers computes it; with `algorithm_type` also DPM-Solver,
 * and the stochastic form of either.
 */
export const dpmSolver: Sampler = (predict, start, steps, options) => {
  const {schedule, noise} = options;
  const {settings} = schedule;
  const {timesteps, sigmas} = stepsOf(schedule, steps);
  const count = timesteps.length;
  const state: SolverState = {...startOf(start), history: []};
  return walk(state, count, options, ({images, history}, index) => {
    const prediction = predict(images, timesteps[index] as number);
    const output = converted(schedule, prediction, images, sigmas[index] as number);
    const remembered = [output, ...history].slice(0, settings.solver_order);
    const order = Math.min(remembered.length, mostOrder(settings, index, count));
    const levels = [index + 1, index, index - 1, index - 2]
      .slice(0, order + 1)
      .map((i) => solverLevel(sigmas[i] as number));
    const drawn = settings.algorithm_type.startsWith('sde') ? noise(index) : null;
    return {images: solverStep(settings, images, remembered, levels, drawn), history: remembered};
  });
};

function stepsOf(schedule: NoiseSchedule, steps: number): SigmaSteps {
  const {settings, config, timesteps} = schedule;
  const {algorithm_type: type} = settings;
  if (!type.includes('++') && settings.final_sigmas_type === 'zero') {
    throw new UserError('sampler-unsupported', `${type} cannot step to an image without noise.`, {
      hint: 'Set final_sigmas_type to sigma_min.',
    });
  }
  if (type.startsWith('sde') && settings.solver_order > 2) {
    throw new UserError('sampler-unsupported', `${type} has no steps of order ${settings.solver_order}.`, {
      hint: 'Set solver_order to 2.',
    });
  }
  if (settings.use_lu_lambdas) return luSigmas(schedule, steps);
  // Timesteps whose log-SNR lies below this bound are left out: squared cosines have some of almost pure noise.
  const bound = typeof config.lambda_min_clipped === 'number' ? config.lambda_min_clipped : -Infinity;
  const clipped = sigmaTable(schedule).filter((sigma) => solverLevel(sigma).lambda < bound).length;
  return solverSigmas(schedule, steps, timesteps - clipped);
}

function mostOrder(settings: SchedulerSettings, index: number, count: number): number {
  const lowers = settings.lower_order_final && count < fewSteps;
  if (index === count - 1 && (settings.euler_at_final || lowers || settings.final_sigmas_type === 'zero')) return 1;
  return index === count - 2 && lowers ? 2 : 3;
}

/** What the equation is solved for: the image (++) or the noise. */
function converted(schedule: NoiseSchedule, prediction: Tensor4D, images: Tensor4D, ratio: number): Tensor4D {
  const {settings} = schedule;
  const level = levelOfRatio(ratio);
  const original = () => thresholdOriginal(settings, originalFromPrediction(schedule, prediction, images, level));
  if (settings.algorithm_type.includes('++')) return original();
  if (!settings.thresholding) return epsilonFromPrediction(schedule, prediction, images, level);
  return tf.div(tf.sub(images, tf.mul(level.signal, original())), level.sigma);
}

/**
 * One step, of the order of the levels given: that of its end, of its beginning, and of the steps before. `outputs` begins with the one at
 * the beginning of the step.
 */
function solverStep(
  settings: SchedulerSettings,
  images: Tensor4D,
  outputs: readonly Tensor4D[],
  levels: readonly SolverLevel[],
  noise: Tensor4D | null,
): Tensor4D {
  const [end, from] = levels as [SolverLevel, SolverLevel];
  const h = end.lambda - from.lambda;
  const {scale, size, sign, spread} = equation(settings, end, from, h);
  const [first, ...derivatives] = differences(outputs, levels, h);
  const weights = derivativeWeights(settings, sign * h, derivatives.length);
  return combine([
    [scale, images],
    [size * expm1(sign * h), first as Tensor4D],
    ...derivatives.map((each, i): [number, Tensor4D] => [size * (weights[i] as number), each]),
    ...(noise === null ? [] : [[spread, noise] as const]),
  ]);
}

/**
 * The exact solution of the linear part, x' = scale x + size ∫ ... : `sign` h is the length of the step in the exponent of the equation, and
 * `spread` the deviation of the noise that the stochastic form adds.
 */
function equation({algorithm_type: type}: SchedulerSettings, end: SolverLevel, from: SolverLevel, h: number) {
  switch (type) {
    case 'dpmsolver++':
      return {scale: end.sigma / from.sigma, size: -end.alpha, sign: -1, spread: 0};
    case 'sde-dpmsolver++':
      return {
        scale: (end.sigma / from.sigma) * Math.exp(-h),
        size: -end.alpha,
        sign: -2,
        spread: end.sigma * Math.sqrt(-expm1(-2 * h)),
      };
    case 'dpmsolver':
      return {scale: end.alpha / from.alpha, size: -end.sigma, sign: 1, spread: 0};
    case 'sde-dpmsolver':
      return {
        scale: end.alpha / from.alpha,
        size: -2 * end.sigma,
        sign: 1,
        spread: end.sigma * Math.sqrt(expm1(2 * h)),
      };
  }
}

/** The output and its derivatives by λ in units of the step, by divided differences: as many as there are levels before the step. */
function differences(outputs: readonly Tensor4D[], levels: readonly SolverLevel[], h: number): Tensor4D[] {
  const [m0, m1, m2] = outputs as [Tensor4D, Tensor4D, Tensor4D];
  const [, s0, s1, s2] = levels as [SolverLevel, SolverLevel, SolverLevel, SolverLevel];
  if (levels.length === 2) return [m0];
  const r0 = (s0.lambda - s1.lambda) / h;
  const near: Tensor4D = tf.div(tf.sub(m0, m1), r0);
  if (levels.length === 3) return [m0, near];
  const r1 = (s1.lambda - s2.lambda) / h;
  const far: Tensor4D = tf.div(tf.sub(m1, m2), r1);
  const change = tf.sub(near, far);
  return [m0, tf.add(near, tf.mul(change, r0 / (r0 + r1))), tf.mul(change, 1 / (r0 + r1))];
}

/** Factors of the first and second derivative in a step of length x in the exponent. */
function derivativeWeights({solver_type}: SchedulerSettings, x: number, derivatives: number): number[] {
  if (derivatives === 1 && solver_type === 'midpoint') return [expm1(x) / 2];
  return [expm1(x) / x - 1, (expm1(x) - x) / x ** 2 - 0.5];
}

const {expm1} = Math;
