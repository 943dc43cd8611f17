import * as tf from '@tensorflow/tfjs-core';
import type {OptimizerConfig} from '../contract/training.ts';

/** First and second moment of the gradient, [total] each, and the number of updates behind them. */
export interface AdamWState {
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
  readonly updates: number;
}

export function initAdamW(total: number): AdamWState {
  return {first: tf.zeros([total]), second: tf.zeros([total]), updates: 0};
}

/**
 * One AdamW update as torch.optim.AdamW computes it (Loshchilov & Hutter, 2019): decay first, then the Adam step with
 * epsilon added to the bias-corrected root. Vectors are [total]; the inputs stay alive, the results are the caller's.
 */
export function updateAdamW(
  weights: tf.Tensor1D,
  gradient: tf.Tensor1D,
  state: AdamWState,
  config: OptimizerConfig,
  learningRate: number,
): {weights: tf.Tensor1D; state: AdamWState} {
  const [beta1, beta2] = config.betas;
  const updates = state.updates + 1;
  const stepSize = learningRate / (1 - beta1 ** updates);
  const rootCorrection = Math.sqrt(1 - beta2 ** updates);
  // A tidy for each result: vectors have the size of the network, so temporaries must not outlive the line that needs them.
  const first = tf.tidy(() => tf.add<tf.Tensor1D>(state.first, tf.mul(tf.sub(gradient, state.first), 1 - beta1)));
  const second = tf.tidy(() =>
    tf.add<tf.Tensor1D>(tf.mul(state.second, beta2), tf.mul(tf.square(gradient), 1 - beta2)),
  );
  const step = tf.tidy(() => {
    const denominator = tf.tidy(() => tf.add(tf.div(tf.sqrt(second), rootCorrection), config.epsilon));
    return tf.mul(tf.div(first, denominator), stepSize);
  });
  const newWeights = tf.tidy(() => {
    const decayed = config.weightDecay === 0 ? weights : tf.mul(weights, 1 - learningRate * config.weightDecay);
    return tf.sub<tf.Tensor1D>(decayed, step);
  });
  step.dispose();
  return {weights: newWeights, state: {first, second, updates}};
}
