import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {Precision} from '../contract/config/precision.ts';
import {createProgram} from '../engine/createProgram.ts';
import {inPrecision} from '../engine/ops/inPrecision.ts';
import type {Program} from '../engine/program.ts';
import type {Params} from '../nn/params.ts';
import {recordLayout, type RecordLayout} from '../nn/tensorRecord.ts';
import type {Condition, Denoiser, DenoiserInputs} from './denoiser.ts';

/** A network with weights on the device, for many predictions without gradients. */
export class Predictor {
  /** One program for each set of input shapes and each precision. */
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

  /**
   * [N,H,W,C] noisy images, N timesteps and their condition -> [N,H,W,C] prediction, the caller's. Throws a UserError where the engine does
   * not compute in this precision.
   */
  predict(
    noisy: Tensor4D,
    timesteps: readonly number[],
    condition?: Condition,
    precision: Precision = 'f32',
  ): Tensor4D {
    const prepared = this.denoiser.prepare(timesteps, condition);
    const inputs: DenoiserInputs = {noisy, ...prepared};
    const layout = recordLayout(inputs);
    const list = layout.list(inputs);
    const key = [precision, ...list.map(({shape}) => shape.join())].join(';');
    const program = this.#programs.get(key) ?? this.#createProgram(list, layout, precision);
    this.#programs.set(key, program);
    const [prediction] = program.run('predict', list);
    prepared.time.dispose();
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

  #createProgram(examples: readonly Tensor[], layout: RecordLayout<DenoiserInputs>, precision: Precision): Program {
    const weights = this.#tensors(this.#params);
    return createProgram(weights, {
      predict: {
        examples,
        body: (state, inputs) => {
          const predict = () => this.denoiser.predict(this.#named(state), layout.record(inputs));
          return {state, outputs: [inPrecision(precision, predict)]};
        },
      },
      load: {examples: weights, body: (_, inputs) => ({state: inputs, outputs: []})},
    });
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
