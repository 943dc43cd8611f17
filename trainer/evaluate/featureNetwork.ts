import * as tf from '@tensorflow/tfjs-core';
import {concatenate} from '../concatenate.ts';
import type {FeatureNetworkRecord} from '../contract/model/featureNetwork.ts';
import {heldOutBatch} from '../data/batches.ts';
import type {ImageSource} from '../data/dataset.ts';
import type {ImageShape} from '../models/imageSpace.ts';
import type {FeatureSet} from './featureRows.ts';

/** A network that turns images into vectors, on the current backend. */
export interface FeatureNetwork {
  readonly record: FeatureNetworkRecord;
  /** Images in one pass. */
  readonly batch: number;
  /** Throws a UserError for images that the network does not take. */
  requireShape(shape: ImageShape): void;
  /** [N,H,W,C] images in [-1, 1] -> [N, dimension]; the network's own preprocessing is part of it. Call inside a tidy. */
  features(images: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
}

/**
 * The features [n, dimension] of images that come batch after batch, [n,H,W,C] in [-1, 1] each. Whatever the sizes of these batches, the network
 * sees `network.batch` images at once, and fewer at the end. No more images than that are held.
 */
export async function* featureBatches(
  network: FeatureNetwork,
  batches: AsyncIterable<Float32Array>,
  shape: ImageShape,
): AsyncGenerator<Float32Array> {
  network.requireShape(shape);
  const pixels = shape.reduce((product, size) => product * size, 1);
  for await (const images of inPieces(batches, network.batch * pixels)) {
    const features = tf.tidy(() => network.features(tf.tensor4d(images, [images.length / pixels, ...shape])));
    yield (await features.data().finally(() => features.dispose())) as Float32Array;
  }
}

/** The features of few enough images to be held together. */
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

/** All images of a source in order, [n,H,W,C] in [-1, 1], a batch at a time. */
export async function* sourceBatches(source: ImageSource, batch = 128): AsyncGenerator<Float32Array> {
  for (let first = 0; first < source.size; first += batch) {
    const count = Math.min(batch, source.size - first);
    yield heldOutBatch(
      source,
      Array.from({length: count}, (_, i) => first + i),
    );
  }
}

/** The same numbers in pieces of `length`, the last one shorter; each is valid until the next is asked for. */
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
