import * as tf from '@tensorflow/tfjs-core';
import {flatLayout, flatten, type FlatVector} from '../nn/flatParams.ts';
import type {Params} from '../nn/params.ts';

/** All that changes while training. */
export interface TrainState {
  readonly weights: FlatVector;
  /** Null when the config turns the EMA off. */
  readonly ema: FlatVector | null;
  /** Moments of the gradient. */
  readonly first: FlatVector;
  readonly second: FlatVector;
  /** Optimizer updates done. */
  readonly update: number;
}

/** The state before the first update; the EMA begins at the weights. */
export function initialState(params: Params, withEma: boolean): TrainState {
  const weights = flatten([...params.values()], flatLayout(params));
  const zeros = () => weights.map((segment) => tf.zerosLike(segment));
  const ema = withEma ? weights.map((segment) => tf.clone(segment)) : null;
  return {weights, ema, first: zeros(), second: zeros(), update: 0};
}

export function disposeState({weights, ema, first, second}: TrainState): void {
  tf.dispose([...weights, ...(ema ?? []), ...first, ...second]);
}
