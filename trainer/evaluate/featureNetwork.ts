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
  /** Images per forward pass. */
  readonly batch: number;
  /** Throws a UserError for image shapes that the network does not accept. */
  requireShape(shape: ImageShape): void;
  /** [N,H,W,C] images in [-1, 1] -> [N, dimension]; the network's own preprocessing is part of it. Call inside a tidy. */
  features(images: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
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
    const features = tf.tidy(() => network.features(tf.tensor4d(images, [images.length / pixels, ...shape])));
    yield (await features.data().finally(() => features.dispose())) as Float32Array;
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

/** The images of a source in order, as batches [n,H,W,C] in [-1, 1]. */
export async function* sourceBatches(source: ImageSource, batch = 128): AsyncGenerator<Float32Array> {
  for (let first = 0; first < source.size; first += batch) {
    const count = Math.min(batch, source.size - first);
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
