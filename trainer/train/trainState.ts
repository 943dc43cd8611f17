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

/**
 * The state before the first update; the EMA begins at the weights. All have memory of their own from the start, even though weights and EMA
 * could share the parameters' until they change: what lives as long as the training then lies together, without the holes of an update between.
 */
export function initialState(params: Params, withEma: boolean): TrainState {
  const weights = tf.tidy(() => flatten([...params.values()], flatLayout(params)).map(ownCopy));
  const zeros = () => weights.map((segment) => tf.zerosLike(segment));
  return {weights, ema: withEma ? weights.map(ownCopy) : null, first: zeros(), second: zeros(), update: 0};
}

/** Unlike `tf.clone`, which shares the memory. */
function ownCopy(segment: tf.Tensor1D): tf.Tensor1D {
  return tf.add(segment, 0);
}

export function disposeState({weights, ema, first, second}: TrainState): void {
  tf.dispose([...weights, ...(ema ?? []), ...first, ...second]);
}
