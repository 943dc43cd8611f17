import type * as tf from '@tensorflow/tfjs-core';
import type {OptimizerConfig} from '../contract/config/training.ts';
import {adamStep} from '../engine/ops/adamStep.ts';

/** First and second moment of the gradient, [n] each. */
export interface Moments {
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
}

/** What differs between updates: numbers, or scalar tensors where the update is recorded once and replayed. */
export interface AdamWFactors<Factor = number | tf.Scalar> {
  /** learningRate sqrt(1 - beta2^k) / (1 - beta1^k) */
  readonly rate: Factor;
  /** epsilon sqrt(1 - beta2^k) */
  readonly epsilon: Factor;
  /** 1 - learningRate * weightDecay */
  readonly retained: Factor;
  /** In place of those of the config. */
  readonly betas?: readonly [Factor, Factor];
}

/** The factors of update number `update` (from 1). */
export function adamWFactors(config: OptimizerConfig, learningRate: number, update: number): AdamWFactors<number> {
  const [beta1, beta2] = config.betas;
  const rootCorrection = Math.sqrt(1 - beta2 ** update);
  return {
    rate: (learningRate * rootCorrection) / (1 - beta1 ** update),
    epsilon: config.epsilon * rootCorrection,
    retained: 1 - learningRate * config.weightDecay,
  };
}

/**
 * One AdamW update as torch.optim.AdamW computes it (Loshchilov & Hutter, 2019): decay first, then the Adam step
 * with epsilon added to the bias-corrected root, lr / (1 - b1^k) m / (sqrt(v) / sqrt(1 - b2^k) + eps), here with both sides of the fraction
 * times sqrt(1 - b2^k). Vectors are [n]; the inputs stay alive, the results are the caller's.
 */
export function updateAdamW(
  weights: tf.Tensor1D,
  gradient: tf.Tensor1D,
  moments: Moments,
  config: OptimizerConfig,
  {rate, epsilon, retained, betas = config.betas}: AdamWFactors,
): {weights: tf.Tensor1D; moments: Moments} {
  const {weightDecay} = config;
  const numbers = {betas, rate, epsilon, retained: weightDecay === 0 ? null : retained};
  const {weights: next, first, second} = adamStep({weights, ...moments}, gradient, numbers);
  return {weights: next, moments: {first, second}};
}
