import * as tf from '@tensorflow/tfjs-core';
import {UserError} from '../contract/errors.ts';
import type {ImageSource} from '../data/dataset.ts';
import {heldOutBatch} from '../data/batches.ts';
import type {Params} from '../nn/params.ts';
import {classifyDigits, digitFeatureCount, digitShape} from './digitClassifier.ts';
import type {FeatureSet} from './featureSet.ts';

const BATCH = 128;
const PIXELS = 28 * 28;

/**
 * Features of the bundled digit classifier: [N,28,28,1] images in [-1, 1] -> [N,64]. Fréchet distances and KID on them
 * compare models of digits with one another; they are no Inception numbers.
 */
export async function digitFeatures(
  params: Params,
  images: Float32Array,
  shape: readonly number[] = digitShape,
): Promise<FeatureSet> {
  requireDigits(shape);
  const count = images.length / PIXELS;
  if (!Number.isInteger(count)) throw new Error(`${images.length} numbers are no whole number of digits`);
  const values = new Float32Array(count * digitFeatureCount);
  for (let start = 0; start < count; start += BATCH) {
    const chunk = images.slice(start * PIXELS, (start + BATCH) * PIXELS);
    values.set(await outputs(params, chunk, 'features'), start * digitFeatureCount);
  }
  return {values, count, dimension: digitFeatureCount};
}

/** Share of the images of a labelled source that the classifier gets right. */
export async function digitAccuracy(params: Params, source: ImageSource): Promise<number> {
  requireDigits(source.shape);
  let right = 0;
  for (let start = 0; start < source.size; start += BATCH) {
    const indices = Array.from({length: Math.min(BATCH, source.size - start)}, (_, i) => start + i);
    const scores = await outputs(params, await heldOutBatch(source, indices), 'scores');
    right += indices.filter(
      (index, i) => largest(scores.subarray(i * 10, i * 10 + 10)) === source.label?.(index),
    ).length;
  }
  return right / source.size;
}

function requireDigits(shape: readonly number[]): void {
  if (shape.join() === digitShape.join()) return;
  throw new UserError('features-shape', `The digit classifier takes images of 28x28x1, not ${shape.join('x')}.`, {
    where: 'evaluate.features',
    hint: 'Set evaluate.features to none for this data.',
  });
}

async function outputs(params: Params, images: Float32Array, which: 'features' | 'scores'): Promise<Float32Array> {
  const output = tf.tidy(
    () => classifyDigits(params, tf.tensor4d(images, [images.length / PIXELS, ...digitShape]))[which],
  );
  try {
    return (await output.data()) as Float32Array;
  } finally {
    output.dispose();
  }
}

function largest(scores: Float32Array): number {
  return scores.indexOf(Math.max(...scores));
}
