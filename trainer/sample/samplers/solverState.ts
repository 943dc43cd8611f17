import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';
import {levelOfRatio} from '../../schedulers/schedule.ts';
import type {SamplerState} from './sampler.ts';

/** What a multistep solver remembers. */
export interface SolverState extends SamplerState {
  /** Converted outputs of the network, newest first. */
  readonly history: readonly Tensor4D[];
}

/** A noise level as the solvers of Lu et al. 2022 see it: α x_0 + σ ε, and half the logarithm of the signal-to-noise ratio. */
export interface SolverLevel {
  readonly alpha: number;
  readonly sigma: number;
  /** ln(α / σ), infinite without noise. */
  readonly lambda: number;
}

export function solverLevel(ratio: number): SolverLevel {
  const {signal, sigma} = levelOfRatio(ratio);
  return {alpha: signal, sigma, lambda: Math.log(signal) - Math.log(sigma)};
}

/** Sum of tensors, each times its factor. */
export function combine(terms: readonly (readonly [factor: number, tensor: Tensor4D])[]): Tensor4D {
  return terms.map(([factor, tensor]): Tensor4D => tf.mul(tensor, factor)).reduce((sum, term) => tf.add(sum, term));
}
