import * as tf from '@tensorflow/tfjs-core';
import type {OptimizerConfig} from '../contract/training.ts';
import {adamWInPlace} from './adamWInPlace.ts';

/** First and second moment of the gradient, [n] each. */
export interface Moments {
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
}

/** What changes from update to update: numbers, or scalars where the update is recorded once and repeated. */
export interface AdamWFactors<Factor = number | tf.Scalar> {
  /** learningRate / (1 - beta1^k) */
  readonly stepSize: Factor;
  /** sqrt(1 - beta2^k) */
  readonly rootCorrection: Factor;
  /** 1 - learningRate * weightDecay */
  readonly retained: Factor;
}

/** The factors of update number `update` (from 1). */
export function adamWFactors(config: OptimizerConfig, learningRate: number, update: number): AdamWFactors<number> {
  const [beta1, beta2] = config.betas;
  return {
    stepSize: learningRate / (1 - beta1 ** update),
    rootCorrection: Math.sqrt(1 - beta2 ** update),
    retained: 1 - learningRate * config.weightDecay,
  };
}

/**
 * One AdamW update as torch.optim.AdamW computes it (Loshchilov & Hutter, 2019): decay first, then the Adam step with
 * epsilon added to the bias-corrected root. Vectors are [n]; the inputs stay alive, the results are the caller's.
 */
export function updateAdamW(
  weights: tf.Tensor1D,
  gradient: tf.Tensor1D,
  moments: Moments,
  config: OptimizerConfig,
  {stepSize, rootCorrection, retained}: AdamWFactors,
): {weights: tf.Tensor1D; moments: Moments} {
  const fused = adamWInPlace(weights, gradient, moments, config, {stepSize, rootCorrection, retained});
  if (fused) return fused;
  const [beta1, beta2] = config.betas;
  // A tidy for each result: vectors may be as large as the network, so temporaries must not outlive the line that needs them.
  const first = tf.tidy(() => tf.add<tf.Tensor1D>(moments.first, tf.mul(tf.sub(gradient, moments.first), 1 - beta1)));
  const second = tf.tidy(() =>
    tf.add<tf.Tensor1D>(tf.mul(moments.second, beta2), tf.mul(tf.square(gradient), 1 - beta2)),
  );
  const step = tf.tidy(() => {
    const denominator = tf.tidy(() => tf.add(tf.div(tf.sqrt(second), rootCorrection), config.epsilon));
    return tf.mul(tf.div(first, denominator), stepSize);
  });
  const newWeights = tf.tidy(() => {
    const decayed = config.weightDecay === 0 ? weights : tf.mul(weights, retained);
    return tf.sub<tf.Tensor1D>(decayed, step);
  });
  step.dispose();
  return {weights: newWeights, moments: {first, second}};
}
