import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {createProgram} from '../../engine/createProgram.ts';
import type {Program} from '../../engine/program.ts';
import type {Condition, Denoiser, DenoiserInputs} from '../../models/denoiser.ts';
import type {Params} from '../../nn/params.ts';
import {recordLayout, type RecordLayout} from '../../nn/tensorRecord.ts';

/** One mean of a feature map in the base, and what the other weights make of it: after - before. */
export interface MeanChange {
  readonly before: Float32Array;
  readonly change: Float32Array;
}

/** The change of the feature map at one place. */
export interface MapChange {
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Means over H and W, [N,C]. */
  readonly channel: MeanChange;
  /** Means over C, [N,H,W]. */
  readonly spatial: MeanChange;
}

/** One network with two sets of weights, for the difference of their feature maps at the places for projections (DeMe, Fig. 2). */
export class ActivationProbe {
  readonly #denoiser: Denoiser;
  readonly #before: Params;
  readonly #after: Params;
  #program: {readonly program: Program; readonly layout: RecordLayout<DenoiserInputs>} | null = null;

  /** The weights stay the caller's and must live until the first measurement. A projection that one side lacks is the identity. */
  constructor(denoiser: Denoiser, before: Params, after: Params) {
    this.#denoiser = denoiser;
    this.#before = before;
    this.#after = after;
  }

  /** [N,H,W,C] noisy images, N timesteps and their condition, of the same shapes at every call and the caller's -> the change at each place, in forward order. */
  async measure(noisy: Tensor4D, timesteps: readonly number[], condition?: Condition): Promise<MapChange[]> {
    const prepared = this.#denoiser.prepare(timesteps, condition);
    const inputs: DenoiserInputs = {noisy, ...prepared};
    this.#program ??= this.#createProgram(inputs);
    const {program, layout} = this.#program;
    const means = program.run('change', layout.list(inputs));
    prepared.time.dispose();
    try {
      const values = await Promise.all(means.map((mean) => mean.data<'float32'>()));
      return Array.from({length: means.length / 4}, (_, site) => mapChange(means, values, 4 * site));
    } finally {
      tf.dispose(means);
    }
  }

  dispose(): void {
    this.#program?.program.dispose();
    this.#program = null;
  }

  #createProgram(example: DenoiserInputs) {
    const layout = recordLayout(example);
    const [before, after] = [this.#before, this.#after];
    const named = (params: Params, tensors: readonly Tensor[]): Params =>
      new Map([...params.keys()].map((name, i) => [name, tensors[i] as Tensor]));
    const program = createProgram([...before.values(), ...after.values()], {
      change: {
        examples: layout.list(example),
        body: (state, list) => {
          const inputs = layout.record(list);
          const first = this.#maps(named(before, state.slice(0, before.size)), inputs);
          const second = this.#maps(named(after, state.slice(before.size)), inputs);
          return {state, outputs: first.flatMap((map, site) => meansOf(map, second[site] as Tensor4D))};
        },
      },
    });
    return {program, layout};
  }

  #maps(params: Params, inputs: DenoiserInputs): Tensor4D[] {
    return tf.tidy(() => {
      const maps: Tensor4D[] = [];
      this.#denoiser.predict(params, inputs, {onSite: (map) => maps.push(map)});
      return maps;
    });
  }
}

/** The mean of the difference, rather than the difference of the means: less is lost to rounding. */
function meansOf(before: Tensor4D, after: Tensor4D): Tensor[] {
  const change = tf.sub(after, before);
  return [before, change].flatMap((map) => [tf.mean(map, [1, 2]), tf.mean(map, 3)]);
}

function mapChange(means: readonly Tensor[], values: readonly Float32Array[], first: number): MapChange {
  const value = (i: number) => values[first + i] ?? new Float32Array();
  const [, height = 0, width = 0] = means[first + 1]?.shape ?? [];
  return {
    shape: [height, width, means[first]?.shape[1] ?? 0],
    channel: {before: value(0), change: value(2)},
    spatial: {before: value(1), change: value(3)},
  };
}
