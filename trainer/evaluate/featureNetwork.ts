import * as tf from '@tensorflow/tfjs-core';
import {concatenate} from '../concatenate.ts';
import type {FeatureNetworkRecord} from '../contract/model/featureNetwork.ts';
import {heldOutBatch} from '../data/batches.ts';
import type {ImageSource} from '../data/dataset.ts';
import {toColours} from '../data/pictures/colours.ts';
import type {PillowImage} from '../data/pictures/pillowImage.ts';
import {toBytes} from '../data/pictures/pixelRange.ts';
import type {ImageShape} from '../models/imageSpace.ts';
import type {FeatureSet} from './featureRows.ts';

export interface NetworkOutputs {
  /** [N, dimension] */
  readonly features: tf.Tensor2D;
  /** Class scores [N, classes] as the inception score takes them; networks without classes have none. */
  readonly logits?: tf.Tensor2D;
}

/** A network that turns images into vectors, on the current backend. */
export interface FeatureNetwork {
  readonly record: FeatureNetworkRecord;
  /** Images per forward pass. */
  readonly batch: number;
  /** [H,W,C] of the first layer's input. */
  readonly inputShape: ImageShape;
  /** Throws a UserError for shapes of generated images that the network does not accept. */
  requireShape(shape: ImageShape): void;
  /** A picture as the first layer takes it, [H,W,C] of `inputShape`. Throws a UserError for one that the network does not accept. */
  prepare(picture: PillowImage): Float32Array;
  /** The same from a generated image, [H,W,C] in [-1, 1]. */
  prepareSample(image: Float32Array, shape: ImageShape): Float32Array;
  /** Prepared images [N, ...inputShape] -> what the network makes of them, the caller's. */
  run(images: tf.Tensor4D): NetworkOutputs;
  dispose(): void;
}

/** A generated image as an image file would hold it: rounded to bytes. */
export function sampleAsPicture(image: Float32Array, [height, width, channels]: ImageShape): PillowImage {
  return {...toColours({pixels: toBytes(image), width, height, channels}), mode: 'RGB'};
}

/** Features [n, dimension], and logits [n, classes] where the network has them, of prepared images. */
export async function runNetwork(
  network: FeatureNetwork,
  prepared: readonly Float32Array[],
): Promise<{features: Float32Array; logits?: Float32Array}> {
  const input = tf.tensor4d(concatenate(Float32Array, [...prepared]), [prepared.length, ...network.inputShape]);
  const {features, logits} = network.run(input);
  input.dispose();
  try {
    return {
      features: (await features.data()) as Float32Array,
      ...(logits && {logits: (await logits.data()) as Float32Array}),
    };
  } finally {
    tf.dispose([features, ...(logits ? [logits] : [])]);
  }
}

/**
 * Images that are collected before their features are written: a multiple of the batch of every network, since the last bits depend on the batches.
 * Whoever measures a set of images, and in however many parts, gets the same.
 */
export const featureBlock = 128;

/** In single precision, as they come from the engine. */
type SingleFeatures = FeatureSet & {readonly values: Float32Array};

/** What a network made of some images, in their order. */
interface CollectedOutputs {
  readonly features: SingleFeatures;
  /** Class scores, where the network has classes. */
  readonly logits: SingleFeatures | null;
}

/** Collects what a network makes of images that come one by one, which go through it as soon as there are enough for a batch. */
export class FeatureCollector<Image> {
  #prepared: Float32Array[] = [];
  #rows: Float32Array[] = [];
  #logits: Float32Array[] = [];

  /** @param prepare makes an image what the first layer takes */
  constructor(
    readonly network: FeatureNetwork,
    private readonly prepare: (image: Image) => Float32Array,
  ) {}

  async add(image: Image): Promise<void> {
    this.#prepared.push(this.prepare(image));
    if (this.#prepared.length === this.network.batch) await this.#run();
  }

  /** The outputs of the images since the last call. */
  async collected(): Promise<CollectedOutputs> {
    if (this.#prepared.length > 0) await this.#run();
    const values = concatenate(Float32Array, this.#rows);
    const scores = concatenate(Float32Array, this.#logits);
    [this.#rows, this.#logits] = [[], []];
    const {dimension} = this.network.record;
    const count = values.length / dimension;
    const logits = scores.length > 0 ? {values: scores, count, dimension: scores.length / count} : null;
    return {features: {values, count, dimension}, logits};
  }

  async #run(): Promise<void> {
    const {features, logits} = await runNetwork(this.network, this.#prepared);
    this.#rows.push(features);
    if (logits) this.#logits.push(logits);
    this.#prepared = [];
  }
}

/** For generated images, [H,W,C] in about [-1, 1]. Throws a UserError where the network does not take such images. */
export function sampleCollector(network: FeatureNetwork, shape: ImageShape): FeatureCollector<Float32Array> {
  network.requireShape(shape);
  return new FeatureCollector(network, (image) => network.prepareSample(image, shape));
}

/** All features of a stream of image batches, [n,H,W,C] in [-1, 1] each: for sets that fit in memory. */
export async function collectFeatures(
  network: FeatureNetwork,
  batches: AsyncIterable<Float32Array>,
  shape: ImageShape,
): Promise<FeatureSet> {
  const collector = sampleCollector(network, shape);
  const pixels = shape[0] * shape[1] * shape[2];
  for await (const images of batches)
    for (let start = 0; start < images.length; start += pixels)
      await collector.add(images.slice(start, start + pixels));
  return (await collector.collected()).features;
}

/** Images of a source at once. */
const sourceBatch = 128;

/** The images of a source in order, or those of a span [first, end) of it, as batches [n,H,W,C] in [-1, 1]. */
export async function* sourceBatches(
  source: ImageSource,
  [start, end]: readonly [number, number] = [0, source.size],
): AsyncGenerator<Float32Array> {
  for (let first = start; first < end; first += sourceBatch) {
    const count = Math.min(sourceBatch, end - first);
    yield heldOutBatch(
      source,
      Array.from({length: count}, (_, i) => first + i),
    );
  }
}
