import * as tf from '@tensorflow/tfjs-core';
import {flatten} from '../nn/flatParams.ts';
import type {Params} from '../nn/params.ts';
import {initAdamW, type AdamWState} from './adamW.ts';

/** All that changes while training; vectors are [total] in the order of a FlatLayout. */
export interface TrainState {
  readonly weights: tf.Tensor1D;
  /** Null when the config turns the EMA off. */
  readonly ema: tf.Tensor1D | null;
  readonly optimizer: AdamWState;
  /** Optimizer updates done. */
  readonly update: number;
}

/** The state before the first update; the EMA begins at the weights. */
export function initialState(params: Params, withEma: boolean): TrainState {
  const weights = flatten([...params.values()]);
  return {weights, ema: withEma ? tf.clone(weights) : null, optimizer: initAdamW(weights.size), update: 0};
}

export function disposeState(state: TrainState): void {
  tf.dispose([state.weights, state.optimizer.first, state.optimizer.second]);
  state.ema?.dispose();
}
