import * as tf from '@tensorflow/tfjs-core';
import {flatten} from '../nn/flatParams.ts';
import type {Params} from '../nn/params.ts';
import {initMoments, type Moments} from './adamW.ts';

/** All that changes while training; vectors are [total] in the order of a FlatLayout. */
export interface TrainState {
  readonly weights: tf.Tensor1D;
  /** Null when the config turns the EMA off. */
  readonly ema: tf.Tensor1D | null;
  readonly moments: Moments;
  /** Optimizer updates done. */
  readonly update: number;
}

/** The state before the first update; the EMA begins at the weights. */
export function initialState(params: Params, withEma: boolean): TrainState {
  const weights = flatten([...params.values()]);
  return {weights, ema: withEma ? tf.clone(weights) : null, moments: initMoments(weights.size), update: 0};
}

export function disposeState(state: TrainState): void {
  tf.dispose([state.weights, state.moments.first, state.moments.second]);
  state.ema?.dispose();
}
