import {copyFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, expect, it} from 'vitest';
import {heldOutBatch} from '../../../../trainer/data/batches.ts';
import type {ImageSource} from '../../../../trainer/data/dataset.ts';
import {openMnist} from '../../../../trainer/data/mnist.ts';
import {type DigitClassifier, loadDigitClassifier} from '../../../../trainer/evaluate/networks/digitClassifierFile.ts';
import {digitAccuracy, loadDigitNetwork} from '../../../../trainer/evaluate/networks/digitNetwork.ts';
import {collectFeatures, type FeatureNetwork} from '../../../../trainer/evaluate/featureNetwork.ts';
import {streamedStatistics} from '../../../../trainer/evaluate/featureStatistics.ts';
import {frechetDistance} from '../../../../trainer/evaluate/frechet.ts';
import {packageRoot} from '../../../../trainer/packageRoot.ts';
import {createRandom} from '../../../../trainer/random.ts';
import {saveDigitClassifier} from '../../../digits/saveDigitClassifier.ts';
import {initialiseDigitClassifier, trainDigitClassifier} from '../../../digits/trainDigitClassifier.ts';
import {maxAbsDifference} from '../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../helpers/engine/engines.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const {train, test} = await openMnist();

/** The first images of a source. */
function first(source: ImageSource, size: number): ImageSource {
  return {...source, size};
}

async function* streamOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function indices(low: number, count: number): number[] {
  return Array.from({length: count}, (_, i) => low + i);
}

describeOnEngines('the bundled digit classifier', () => {
  let classifier: DigitClassifier;
  let network: FeatureNetwork;
  beforeAll(async () => {
    classifier = await loadDigitClassifier();
    network = await loadDigitNetwork();
  });
  const featuresOf = (...batches: Float32Array[]) => collectFeatures(network, streamOf(batches), test.shape);

  it('gets at least 98 % of 500 test digits right, as its recipe leads one to expect', async () => {
    const accuracy = await digitAccuracy(classifier.params, first(test, 500));
    expect(accuracy).toBeGreaterThanOrEqual(0.98);
    expect(classifier.recipe.test.accuracy).toBeGreaterThanOrEqual(0.985);
    expect(Math.abs(accuracy - classifier.recipe.test.accuracy)).toBeLessThan(0.015);
  });

  it('makes features that are finite, not negative, and mostly alive', async () => {
    const {values, count, dimension} = await featuresOf(await heldOutBatch(test, indices(0, 300)));
    expect([count, dimension, values.length]).toEqual([300, 64, 300 * 64]);
    expect(values.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    const alive = indices(0, 64).filter((i) => values.some((value, at) => at % 64 === i && value > 0));
    expect(alive.length).toBeGreaterThan(32);
  });

  it('gives an image the same features in any company', async () => {
    const many = await featuresOf(await heldOutBatch(test, indices(0, 130)));
    const last = await featuresOf(await heldOutBatch(test, [129]));
    expect(maxAbsDifference(many.values.subarray(129 * 64), last.values)).toBeLessThan(1e-4);
  });

  it('sees the same batches, whatever those in which images come', async () => {
    const images = await heldOutBatch(test, indices(0, 300));
    const pieces = [7, 250, 0, 43].map((count, i, all) => {
      const first = all.slice(0, i).reduce((sum, size) => sum + size, 0);
      return images.slice(first * 784, (first + count) * 784);
    });
    expect(await featuresOf(...pieces)).toEqual(await featuresOf(images));
  });

  it('puts digits near other digits and far from noise', async () => {
    const statistics = async (images: Float32Array) => streamedStatistics([await featuresOf(images)]);
    const reference = await statistics(await heldOutBatch(test, indices(0, 300)));
    const digits = await statistics(await heldOutBatch(train, indices(0, 300)));
    const blurred = await statistics((await heldOutBatch(train, indices(0, 300))).map((value) => value / 2 - 0.5));
    const noise = await statistics(createRandom(0, 'noise').fillNormal(new Float32Array(300 * 784)));
    const near = frechetDistance(digits, reference);
    expect(frechetDistance(blurred, reference)).toBeGreaterThan(2 * near);
    expect(frechetDistance(noise, reference)).toBeGreaterThan(10 * near);
  });

  it('refuses images of another shape', async () => {
    const wrong = collectFeatures(network, streamOf([new Float32Array(32 * 32 * 3)]), [32, 32, 3]);
    await expect(wrong).rejects.toMatchObject({
      code: 'features-shape',
      message: expect.stringContaining('32x32x3') as string,
    });
  });

  it('leaves no tensors behind', async () => {
    const images = await heldOutBatch(test, indices(0, 3));
    const before = tf.memory().numTensors;
    await featuresOf(images);
    (await loadDigitNetwork()).dispose();
    await digitAccuracy(classifier.params, first(test, 3));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is made from nothing but its seed: training repeats and learns', async () => {
    const training = {source: first(train, 640), seed: 3, epochs: 4, batch: 32, learningRate: 3e-3};
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const once = await trainDigitClassifier({...training, onEpoch: (_, loss) => losses.push(loss)});
    const again = await trainDigitClassifier(training);
    expect(tf.memory().numTensors).toBe(before + 2 * once.size);
    for (const [name, tensor] of once) {
      expect(maxAbsDifference(await tensor.data(), (await again.get(name)?.data()) ?? [])).toBeLessThan(1e-4);
    }
    expect(losses).toHaveLength(4);
    expect(losses[3]).toBeLessThan(0.6 * (losses[0] ?? NaN));
    expect(await digitAccuracy(once, first(test, 500))).toBeGreaterThan(0.6);
  });
});

describeOnEngines('a saved digit classifier', () => {
  it('comes back bit for bit, and is refused once its weights are changed', async () => {
    const folder = await temporaryFolder();
    const {recipe} = await loadDigitClassifier();
    const {weightsHash, ...unhashed} = recipe;
    const params = initialiseDigitClassifier(createRandom(1, 'test'));
    await saveDigitClassifier(folder, params, unhashed);
    const loaded = await loadDigitClassifier(folder);
    expect(loaded.recipe.weightsHash).not.toBe(weightsHash);
    for (const [name, tensor] of params) {
      expect(loaded.params.get(name)?.shape).toEqual(tensor.shape);
      expect(await loaded.params.get(name)?.data()).toEqual(await tensor.data());
    }
    await copyFile(
      join(packageRoot(), 'media/digits/features/classifier.safetensors'),
      join(folder, 'classifier.safetensors'),
    );
    await expect(loadDigitClassifier(folder)).rejects.toMatchObject({code: 'features-invalid'});
  });
});
