import * as tf from '@tensorflow/tfjs-core';
import {createProgram} from '../../engine/createProgram.ts';
import type {Program} from '../../engine/program.ts';
import type {PredictOptions} from '../../models/denoiser.ts';
import {flatLayout, flatten, unflatten, type FlatLayout, type FlatVector} from '../../nn/flatParams.ts';
import type {Params} from '../../nn/params.ts';
import {recordLayout, type RecordLayout} from '../../nn/tensorRecord.ts';
import {lossAndGradient} from '../lossAndGradient.ts';
import {disposePrepared, prepareBatch, type BatchSetting, type MicroBatch, type PreparedBatch} from '../microBatch.ts';

/** Gradients of the denoising loss for many batches of the same shapes, at weights that stay as they are until others are loaded. */
export class GradientProgram {
  readonly layout: FlatLayout;
  readonly #setting: BatchSetting;
  readonly #program: Program;
  readonly #batches: RecordLayout<PreparedBatch>;

  /** Copies the parameters; they and `example` stay the caller's. */
  constructor(
    setting: BatchSetting,
    params: Params,
    example: MicroBatch,
    options: Pick<PredictOptions, 'gradientCheckpointing'> = {},
  ) {
    this.#setting = setting;
    const layout = (this.layout = flatLayout(params));
    const prepared = prepareBatch(setting, example);
    const batches = (this.#batches = recordLayout(prepared));
    const loss = {...setting, teacher: null, consistency: 0};
    const weights = flatten([...params.values()], layout);
    this.#program = createProgram(weights, {
      gradient: {
        examples: batches.list(prepared),
        body: (state, inputs) => {
          const own = unflatten(state as FlatVector, layout);
          return {state, outputs: lossAndGradient(loss, own, batches.record(inputs), options).gradient};
        },
      },
      load: {examples: weights, body: (_, inputs) => ({state: inputs, outputs: []})},
    });
    tf.dispose(weights);
    disposePrepared(prepared);
  }

  /** Other weights of the same names and shapes, in the same order, which stay the caller's. */
  load(params: Params): void {
    const weights = flatten([...params.values()], this.layout);
    this.#program.run('load', weights);
    tf.dispose(weights);
  }

  /** Of the mean loss over the images of a batch, which stays the caller's, as the gradient does. */
  gradient(batch: MicroBatch): FlatVector {
    const prepared = prepareBatch(this.#setting, batch);
    const gradient = this.#program.run('gradient', this.#batches.list(prepared));
    disposePrepared(prepared);
    return gradient as FlatVector;
  }

  dispose(): void {
    this.#program.dispose();
  }
}
