import {mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {beforeAll, describe, expect, it} from 'vitest';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import type {FeatureNetwork} from '../../../../trainer/evaluate/featureNetwork.ts';
import {pixelComponents} from '../../../../trainer/models/components.ts';
import {loadPretrained} from '../../../../trainer/models/pretrained.ts';
import {Predictor} from '../../../../trainer/models/predictor.ts';
import {blockTaker} from '../../../../trainer/pipeline/drawing/blockTaker.ts';
import {FeatureBlocks} from '../../../../trainer/pipeline/drawing/featureBlocks.ts';
import {giveImages} from '../../../../trainer/pipeline/drawing/imageTakers.ts';
import {writeFeatures} from '../../../../trainer/pipeline/stages/featureFile.ts';
import {modelPredict} from '../../../../trainer/sample/predict.ts';
import {sampleBatches, type ImageSpan, type SampleImagesRequest} from '../../../../trainer/sample/sampleImages.ts';
import {hashFile} from '../../../../trainer/store/hashes/sha256.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeTinyBase} from '../../../helpers/runs/tinyExperiment.ts';

/** Sums of the pixels of the four quarters of an image. */
const quarters: FeatureNetwork = {
  record: {name: 'quarters', dimension: 4, preprocessing: 'none', weights: {source: 'none', sha256: '0'.repeat(64)}},
  batch: 16,
  inputShape: [8, 8, 1],
  requireShape: () => undefined,
  prepare: () => new Float32Array(64),
  prepareSample: (image) => image,
  run: (images) => ({features: tf.tidy(() => tf.sum(tf.reshape(images, [-1, 4, 16]), 2))}),
  dispose: () => undefined,
};
const count = 300;
const shape = [8, 8, 1] as const;

/** A model that draws 300 images of 8x8, in batches that blocks are no multiple of. */
async function tinyDrawing(): Promise<SampleImagesRequest> {
  const folder = join(await temporaryFolder(), 'base');
  await writeTinyBase(folder);
  const {denoiser, params, schedule} = await loadPretrained(folder);
  const space = pixelComponents(tinyUnetConfig).spaceOf(shape);
  const predict = modelPredict(new Predictor(denoiser, params));
  return {predict, schedule, space, count, seed: 3, batch: 48, steps: 1, eta: 0, sampler: 'ddim'};
}

const killed = new Error('killed');

/** Draws shard after shard, each by a process that is killed before these batches of all that are drawn, and begins again. */
async function measure(drawing: SampleImagesRequest, shards: number, killedBefore: readonly number[] = []) {
  const folder = await temporaryFolder();
  let batches = 0;
  const beforeBatch = () => (killedBefore.includes(batches++) ? Promise.reject(killed) : Promise.resolve());
  const work = async (shard: number): Promise<void> => {
    const blocks = await FeatureBlocks.open(folder, count);
    const taker = blockTaker(blocks, blocks.shard(shard, shards), {networks: [quarters], shape});
    const series = {shape, batches: (span: ImageSpan) => sampleBatches({...drawing, span, beforeBatch})};
    await giveImages(series, [taker]).catch((error: unknown) =>
      error === killed ? work(shard) : Promise.reject(error as Error),
    );
  };
  for (let shard = 0; shard < shards; shard++) await work(shard);
  const run = await temporaryFolder();
  await mkdir(runPaths.evaluation(run, 'base'), {recursive: true});
  const place = {run, model: 'base', network: null, keep: true};
  await writeFeatures(place, await FeatureBlocks.open(folder, count), quarters.record);
  const files = [runPaths.features(run, 'base'), runPaths.statistics(run, 'base')];
  return {hashes: await Promise.all(files.map(hashFile)), batches, left: await readdir(folder)};
}

describe('features that are made block by block', () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));

  it('are the same to the last bit whoever makes them, and however often he is killed', async () => {
    const drawing = await tinyDrawing();
    const whole = await measure(drawing, 1);
    expect(whole.batches).toBe(7);
    expect(whole.left.sort()).toEqual(['0.safetensors', '1.safetensors', '2.safetensors']);
    for (const [shards, kills] of [
      [2, []],
      [5, []],
      [1, [2, 5]],
      [2, [0, 4]],
    ] as const) {
      const {hashes, left} = await measure(drawing, shards, kills);
      expect(hashes, `${shards} shards, killed before ${kills.join()}`).toEqual(whole.hashes);
      expect(left.sort()).toEqual(whole.left);
    }
    const other = await measure({...drawing, seed: 4}, 1);
    expect(other.hashes[0]).not.toBe(whole.hashes[0]);
  });

  it('lose no more than the block that was being drawn', async () => {
    const drawing = await tinyDrawing();
    // Block 1 is whole with batch 5, in which block 2 begins: that batch is drawn again.
    expect((await measure(drawing, 1, [6])).batches).toBe(7 + 1 + 1);
  });
});
