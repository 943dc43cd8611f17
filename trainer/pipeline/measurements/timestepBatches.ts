import * as tf from '@tensorflow/tfjs-core';
import type {DemeConfig} from '../../contract/config/config.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {heldOutImages, type HeldOutImages} from '../../evaluate/heldOutImages.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {createRandom} from '../../random.ts';
import {disposeBatches} from '../../train/batches/batchReader.ts';
import type {MicroBatch} from '../../train/microBatch.ts';
import {openBaseComponents} from '../runModels.ts';
import {openNetworkData} from '../stages/data/networkData.ts';
import type {StageContext} from '../stages/stageContext.ts';

/** Images at once where the config trains nothing. */
const defaultBatch = 16;

/** How many images, in whole batches. */
export interface BatchPlan {
  readonly images: number;
  readonly batch: number;
}

/** As many of the wanted images as there are, in whole batches of the size that the config trains with. */
export function batchPlan(wanted: number, source: Pick<ImageSource, 'size'>, {decouple}: DemeConfig): BatchPlan {
  const count = Math.min(wanted, source.size);
  const batch = Math.min(decouple?.batch ?? defaultBatch, count);
  return {images: batch * Math.floor(count / batch), batch};
}

/** Images with noise of their own, which are the same at every timestep. */
export class TimestepBatches {
  readonly #images: HeldOutImages;
  readonly #noise: Float32Array;
  readonly #plan: BatchPlan;

  private constructor(images: HeldOutImages, noise: Float32Array, plan: BatchPlan) {
    this.#images = images;
    this.#noise = noise;
    this.#plan = plan;
  }

  /**
   * The first images of a part of the data. In the space of the network, with their texts, they are computed now or read from the cache.
   * @param purpose of the noise, which depends on it, on the seed and on the number of the image alone
   */
  static async open(
    context: StageContext,
    base: OpenModel,
    source: ImageSource,
    {plan, seed, what, purpose}: {plan: BatchPlan; seed: number; what: string; purpose: string},
  ): Promise<TimestepBatches> {
    const components = await openBaseComponents(context, base);
    try {
      const need = {what, images: plan.images, forTraining: false};
      const opened = await openNetworkData(context, components, source, need);
      const images = await heldOutImages(opened, plan.images, seed);
      return new TimestepBatches(images, noiseOf(images, plan.images, seed, purpose), plan);
    } finally {
      components.unload();
    }
  }

  /** The batch that begins with image `first`, all of it at one timestep: to be disposed by `disposeBatches`. */
  at(first: number, timestep: number): MicroBatch {
    const {shape, images, context} = this.#images;
    const {batch} = this.#plan;
    const rows = (values: Float32Array, size: number) => values.slice(first * size, (first + batch) * size);
    const size = shape[0] * shape[1] * shape[2];
    const tensor = (values: Float32Array) => tf.tensor4d(rows(values, size), [batch, ...shape]);
    const texts =
      context && tf.tensor3d(rows(context.values, context.shape[0] * context.shape[1]), [batch, ...context.shape]);
    return {
      images: tensor(images),
      noise: tensor(this.#noise),
      timesteps: Array.from({length: batch}, () => timestep),
      ...(texts && {condition: {context: texts}}),
    };
  }

  /** All batches at a timestep, one after the other; each is disposed before the next. */
  async *all(timestep: number): AsyncGenerator<MicroBatch> {
    const {images, batch: step} = this.#plan;
    for (let first = 0; first < images; first += step) {
      const batch = this.at(first, timestep);
      try {
        yield batch;
      } finally {
        disposeBatches([batch]);
      }
    }
  }
}

function noiseOf({shape}: HeldOutImages, count: number, seed: number, purpose: string): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  const noise = new Float32Array(count * size);
  for (let i = 0; i < count; i++)
    createRandom(seed, purpose, 'noise', i).fillNormal(noise.subarray(i * size, (i + 1) * size));
  return noise;
}
