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

/**
 * Features [n, dimension] of a stream of image batches, [n,H,W,C] in [-1, 1] each. Incoming batches are regrouped into batches of `network.batch`
 * images (the last may be smaller), and no more images than that are held in memory.
 */
export async function* featureBatches(
  network: FeatureNetwork,
  batches: AsyncIterable<Float32Array>,
  shape: ImageShape,
): AsyncGenerator<Float32Array> {
  network.requireShape(shape);
  const pixels = shape.reduce((product, size) => product * size, 1);
  for await (const images of inPieces(batches, network.batch * pixels)) {
    const count = images.length / pixels;
    const prepared = Array.from({length: count}, (_, i) =>
      network.prepareSample(images.subarray(i * pixels, (i + 1) * pixels), shape),
    );
    yield (await runNetwork(network, prepared)).features;
  }
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

/** All features of a stream of images at once: for sets that fit in memory. */
export async function collectFeatures(
  network: FeatureNetwork,
  batches: AsyncIterable<Float32Array>,
  shape: ImageShape,
): Promise<FeatureSet> {
  const {dimension} = network.record;
  const parts: Float32Array[] = [];
  for await (const part of featureBatches(network, batches, shape)) parts.push(part);
  const values = concatenate(Float32Array, parts);
  return {values, count: values.length / dimension, dimension};
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

/** Regroups a stream of numbers into pieces of `length` (the last may be shorter). A piece is overwritten by the next. */
async function* inPieces(arrays: AsyncIterable<Float32Array>, length: number): AsyncGenerator<Float32Array> {
  const piece = new Float32Array(length);
  let filled = 0;
  for await (const numbers of arrays) {
    for (let taken = 0; taken < numbers.length;) {
      const part = numbers.subarray(taken, taken + length - filled);
      piece.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < length) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
