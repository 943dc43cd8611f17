import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import {activeRecorder} from '../engine/tensorflow/graph/graphRecorder.ts';
import {createProgram, type Program} from '../engine/program.ts';
import type {Params} from '../nn/params.ts';
import type {Denoiser} from './denoiser.ts';

/** A network with weights on the device, for many predictions without gradients. */
export class Predictor {
  /** One program for each shape of images. */
  readonly #programs = new Map<string, Program>();
  readonly #names: readonly string[];
  #params: Params;

  /** The weights stay the caller's and must live as long as the predictor, or until `load`. */
  constructor(
    readonly denoiser: Denoiser,
    params: Params,
  ) {
    this.#params = params;
    this.#names = [...params.keys()];
  }

  /** [N,H,W,C] noisy images and N timesteps -> [N,H,W,C] prediction, the caller's. */
  predict(noisy: Tensor4D, timesteps: readonly number[]): Tensor4D {
    const embedded = this.denoiser.embedTimesteps(timesteps);
    const key = noisy.shape.join();
    const program = this.#programs.get(key) ?? this.#createProgram(noisy, embedded);
    this.#programs.set(key, program);
    const [prediction] = program.run('predict', [noisy, embedded]);
    embedded.dispose();
    return prediction as Tensor4D;
  }

  /** Other weights of the same names and shapes. */
  load(params: Params): void {
    this.#params = params;
    for (const program of this.#programs.values()) program.run('load', this.#tensors(params));
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
  }

  #createProgram(noisy: Tensor4D, embedded: Tensor2D): Program {
    const weights = this.#tensors(this.#params);
    return createProgram(weights, {
      predict: {
        examples: [noisy, embedded],
        body: (state, [noisy, embedded]) => ({
          state,
          outputs: [this.#predictHalves(this.#named(state), noisy as Tensor4D, embedded as Tensor2D)],
        }),
      },
      load: {examples: weights, body: (_, inputs) => ({state: inputs, outputs: []})},
    });
  }

  /** Where two operations run at once, a prediction alone has only one to do at most times: so it is made of two. */
  #predictHalves(params: Params, noisy: Tensor4D, embedded: Tensor2D): Tensor4D {
    const recorder = activeRecorder();
    const half = Math.ceil(noisy.shape[0] / 2);
    if (!recorder?.runsSideBySide || half === noisy.shape[0]) return this.denoiser.predict(params, noisy, embedded);
    const [noisyHalves, embeddedHalves] = [
      tf.split(noisy, sizes(noisy, half)),
      tf.split(embedded, sizes(embedded, half)),
    ];
    const predict = (i: number) =>
      this.denoiser.predict(params, noisyHalves[i] as Tensor4D, embeddedHalves[i] as Tensor2D);
    return tf.concat4d([recorder.aside(() => predict(0)), predict(1)], 0);
  }

  #tensors(params: Params): Tensor[] {
    return this.#names.map((name) => {
      const tensor = params.get(name);
      if (tensor === undefined || params.size !== this.#names.length)
        throw new Error(`the weights do not fit: ${name}`);
      return tensor;
    });
  }

  #named(tensors: readonly Tensor[]): Params {
    return new Map(tensors.map((tensor, i) => [this.#names[i] ?? '', tensor]));
  }
}

function sizes({shape}: Tensor, first: number): number[] {
  return [first, (shape[0] ?? 0) - first];
}
