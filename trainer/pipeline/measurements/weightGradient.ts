import * as tf from '@tensorflow/tfjs-core';
import {checkEngine} from '../../engine/checkEngine.ts';
import {applyWeightsBy} from '../../merge/blend.ts';
import type {PredictOptions} from '../../models/denoiser.ts';
import {unflatten} from '../../nn/flatParams.ts';
import {disposeParams, param, type Params} from '../../nn/params.ts';
import {GradientProgram} from '../../train/conflict/gradientProgram.ts';
import {disposeBatches} from '../../train/batches/batchReader.ts';
import type {BatchSetting, MicroBatch} from '../../train/microBatch.ts';

/** A weight for each tensor and task vector: those of the first tensor of the base, then those of the next. */
export type FlatWeights = readonly number[];

/** Gradients of the denoising loss of merges theta = base + sum_i w_ik tau_ik, with weights of their own for each tensor k. */
export class WeightGradient {
  readonly #program: GradientProgram;

  /** Base and task vectors stay the caller's, and must outlive this object; `example` has the shapes of all batches. */
  constructor(
    setting: BatchSetting,
    private readonly base: Params,
    private readonly vectors: readonly Params[],
    example: MicroBatch,
    options: Pick<PredictOptions, 'gradientCheckpointing'> = {},
  ) {
    this.#program = new GradientProgram(setting, base, example, options);
  }

  /** dL/dw_ik = <tau_ik, dL/dtheta_k> at these weights, in their order, with L the mean loss over the images of all batches, which are disposed of. */
  async at(weights: FlatWeights, batches: Iterable<MicroBatch>): Promise<number[]> {
    const merged = mergeAt(this.base, this.vectors, weights);
    this.#program.load(merged);
    disposeParams(merged);
    const sums = weights.map(() => 0);
    let count = 0;
    for (const batch of batches) {
      checkEngine();
      const products = await this.#products(batch);
      products.forEach((product, k) => (sums[k] = (sums[k] ?? NaN) + product));
      count++;
    }
    return sums.map((sum) => sum / count);
  }

  async #products(batch: MicroBatch): Promise<Float32Array> {
    const gradient = this.#program.gradient(batch);
    disposeBatches([batch]);
    const products = tf.tidy(() => {
      const own = unflatten(gradient, this.#program.layout);
      const product = (name: string, vector: Params) => tf.sum(tf.mul(param(vector, name), param(own, name)));
      return tf.stack([...this.base.keys()].flatMap((name) => this.vectors.map((vector) => product(name, vector))));
    });
    tf.dispose(gradient);
    return products.data<'float32'>().finally(() => products.dispose());
  }

  dispose(): void {
    this.#program.dispose();
  }
}

/** The merge at these weights, the caller's. */
export function mergeAt(base: Params, vectors: readonly Params[], weights: FlatWeights): Params {
  const begin = new Map([...base.keys()].map((name, k) => [name, k * vectors.length]));
  return applyWeightsBy(base, vectors, (name) => {
    const first = begin.get(name) ?? NaN;
    return weights.slice(first, first + vectors.length);
  });
}
