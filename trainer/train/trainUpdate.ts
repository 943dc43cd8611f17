import * as tf from '@tensorflow/tfjs-core';
import type {TrainingConfig} from '../contract/training.ts';
import {unflatten, type FlatLayout} from '../nn/flatParams.ts';
import {disposeParams, type Params} from '../nn/params.ts';
import {updateAdamW} from './adamW.ts';
import {clipGlobalNorm} from './clipNorm.ts';
import {emaDecay, updateEma} from './ema.ts';
import {learningRateAt} from './learningRate.ts';
import {lossAndGradient, type LossAndGradient, type LossSetting, type MicroBatch} from './lossAndGradient.ts';
import {disposeState, type TrainState} from './trainState.ts';

/** What one update measured, still on the device; the caller disposes. */
export interface UpdateLosses {
  readonly timesteps: readonly number[];
  /** Per image over all micro-batches, [N * accumulation]. */
  readonly denoise: tf.Tensor1D;
  readonly consistency: tf.Tensor1D;
  /** Global norm of the mean gradient before clipping. */
  readonly gradientNorm: tf.Scalar;
}

/**
 * One optimizer update over the micro-batches: mean gradient, global-norm clipping, AdamW, EMA.
 * Takes over `state` and `params` and gives back their successors.
 */
export function trainUpdate(
  setting: LossSetting,
  config: TrainingConfig,
  layout: FlatLayout,
  state: TrainState,
  params: Params,
  batches: readonly MicroBatch[],
): {state: TrainState; params: Params; losses: UpdateLosses} {
  const {mean, losses} = meanGradient(setting, params, batches);
  const {gradient, norm} = clipGlobalNorm(mean, config.clipNorm);
  mean.dispose();
  const rate = learningRateAt(config.schedule, config.optimizer.learningRate, state.update, config.updates);
  const next = updateAdamW(state.weights, gradient, state.optimizer, config.optimizer, rate);
  gradient.dispose();
  const update = state.update + 1;
  const ema = state.ema && config.ema ? updateEma(state.ema, next.weights, emaDecay(config.ema, update)) : null;
  disposeState(state);
  disposeParams(params);
  return {
    state: {weights: next.weights, ema, optimizer: next.state, update},
    params: unflatten(next.weights, layout),
    losses: {...losses, gradientNorm: norm},
  };
}

/** The mean gradient, summed as the micro-batches come: accumulation costs the memory of one gradient, not of each. */
function meanGradient(setting: LossSetting, params: Params, batches: readonly MicroBatch[]) {
  let sum: tf.Tensor1D | null = null;
  const parts: Omit<LossAndGradient, 'gradient'>[] = [];
  for (const batch of batches) {
    const {gradient, ...losses} = lossAndGradient(setting, params, batch);
    sum = sum === null ? gradient : replace([sum, gradient], tf.add<tf.Tensor1D>(sum, gradient));
    parts.push(losses);
  }
  if (sum === null) throw new Error('an update needs at least one micro-batch');
  const mean = batches.length === 1 ? sum : replace([sum], tf.div<tf.Tensor1D>(sum, batches.length));
  const join = (part: 'denoise' | 'consistency') => {
    const pieces = parts.map((losses) => losses[part]);
    return replace(pieces, tf.concat1d(pieces));
  };
  const timesteps = batches.flatMap((batch) => [...batch.timesteps]);
  return {mean, losses: {timesteps, denoise: join('denoise'), consistency: join('consistency')}};
}

/** Frees the old tensors once the new one is made. */
function replace<T extends tf.Tensor>(old: readonly tf.Tensor[], made: T): T {
  tf.dispose([...old]);
  return made;
}
