import {rm} from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import {mkdir} from 'node:fs/promises';
import {beforeEach, describe, expect, it} from 'vitest';
import type {FeatureNetwork} from '../../../../trainer/evaluate/featureNetwork.ts';
import {featureRows, type FeatureSet} from '../../../../trainer/evaluate/featureRows.ts';
import {streamedStatistics} from '../../../../trainer/evaluate/featureStatistics.ts';
import {manifoldOf, precisionRecall as precisionRecallOf} from '../../../../trainer/evaluate/precisionRecall.ts';
import {frechetDistance} from '../../../../trainer/evaluate/frechet.ts';
import {kidEstimate, kidSettings} from '../../../../trainer/evaluate/kid.ts';
import {readStatistics} from '../../../../trainer/evaluate/statisticsFile.ts';
import {blockTaker} from '../../../../trainer/pipeline/drawing/blockTaker.ts';
import {FeatureBlocks} from '../../../../trainer/pipeline/drawing/featureBlocks.ts';
import {giveImages} from '../../../../trainer/pipeline/drawing/imageTakers.ts';
import {distancesByNetwork, sampleDistances} from '../../../../trainer/pipeline/report/sampleDistances.ts';
import {openFeatures, writeFeatures, type FeaturePlace} from '../../../../trainer/pipeline/stages/featureFile.ts';
import {createRandom} from '../../../../trainer/random.ts';
import type {ImageSpan} from '../../../../trainer/sample/sampleImages.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {writeSafetensors} from '../../../../trainer/store/weights/safetensors.ts';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {useCpuBackend} from '../../../helpers/engine/cpuBackend.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const shape = [1, 3, 1] as const;
const dimension = 3;

/** Passes three pixels on as three features. */
function pixelNetwork(name = 'pixels'): FeatureNetwork {
  return {
    record: {name, dimension, preprocessing: 'none', weights: {source: 'none', sha256: '0'.repeat(64)}},
    batch: 4,
    inputShape: shape,
    requireShape: () => undefined,
    prepare: () => new Float32Array(dimension),
    prepareSample: (image) => image,
    run: (images) => ({features: tf.reshape(images, [-1, dimension])}),
    dispose: () => undefined,
  };
}

function images(count: number, seed: number): FeatureSet {
  const values = createRandom(seed, 'images').fillNormal(new Float32Array(count * dimension));
  return {values, count, dimension};
}

/** Batches of six pictures. */
async function* inBatches({values}: FeatureSet, [first, end]: ImageSpan): AsyncGenerator<Float32Array> {
  for (let at = first; at < end; at += 6)
    yield Float32Array.from(values.slice(at * dimension, Math.min(end, at + 6) * dimension));
}

async function measure(
  run: string,
  model: string,
  set: FeatureSet,
  changes: Partial<FeaturePlace> = {},
  name = 'pixels',
) {
  await mkdir(runPaths.evaluation(run, model), {recursive: true});
  const blocks = await FeatureBlocks.open(await temporaryFolder(), set.count);
  const network = pixelNetwork(name);
  const taker = blockTaker(blocks, [0, set.count], {networks: [network], shape});
  await giveImages({shape, batches: (span) => inBatches(set, span)}, [taker]);
  await writeFeatures({run, model, network: null, keep: true, ...changes}, blocks, network.record);
}

describe('sampleDistances', () => {
  useCpuBackend();
  const [reference, base] = [images(30, 1), images(21, 2)];
  let run = '';
  beforeEach(async () => {
    run = await temporaryFolder();
    await measure(run, 'reference', reference);
    await measure(run, 'base', base);
  });

  it('are those of the features in memory', async () => {
    const {frechet, kid, precisionRecall, warnings, measuredBy} = await sampleDistances(run, ['base', 'merged']);
    expect(frechet).toEqual({base: frechetDistance(streamedStatistics([base]), streamedStatistics([reference]))});
    const settings = kidSettings(21, 30);
    expect(kid).toEqual({base: kidEstimate(featureRows(base), featureRows(reference), settings)});
    const {precision, recall} = await precisionRecallOf(featureRows(base), await manifoldOf(featureRows(reference)));
    const [precisionError, recallError] = [
      Math.sqrt((precision * (1 - precision)) / 21),
      Math.sqrt((recall * (1 - recall)) / 30),
    ];
    expect(precisionRecall).toEqual({base: {precision, recall, neighbours: 3, precisionError, recallError}});
    expect(measuredBy).toEqual({network: pixelNetwork().record, referenceImages: 30, kid: settings});
    expect(warnings).toEqual([expect.stringContaining('21 samples to 30 reference images') as string]);
  });

  it('come with errors and differences to the base, of 20 images or more', async () => {
    await measure(run, 'merged', images(21, 3));
    await measure(run, 'ordinary', images(19, 4));
    const {frechet, frechetSpread, frechetBySize} = await sampleDistances(run, ['base', 'merged', 'ordinary']);
    expect(Object.keys(frechetSpread ?? {})).toEqual(['base', 'merged']);
    const {base: own, merged} = frechetSpread ?? {};
    expect(own).toMatchObject({groups: 10, standardError: expect.any(Number) as number});
    expect(own?.toBase).toBe(undefined);
    expect(merged?.toBase?.mean).toBe((frechet['merged'] ?? NaN) - (frechet['base'] ?? NaN));
    expect(merged?.toBase?.standardError).toBeGreaterThan(0);
    expect(frechetBySize?.['base']?.map((part) => part.images)).toEqual([2, 4, 10, 21]);
    expect(frechetBySize?.['base']?.at(-1)?.distance).toBe(frechet['base']);
  });

  it('come with statistics that other tools read', async () => {
    const {count: _, ...expected} = streamedStatistics([base]);
    expect(await readStatistics(runPaths.statistics(run, 'base'))).toEqual(expected);
  });

  it('need neither statistics nor a record of the network, which older runs do not have', async () => {
    const now = await sampleDistances(run, ['base']);
    for (const model of ['reference', 'base']) {
      await rm(runPaths.statistics(run, model));
      const file = runPaths.features(run, model);
      const features = await openFeatures(file);
      const {values} = features.rows(Array.from({length: features.count}, (_, i) => i));
      await features.close();
      const read = () => Float32Array.from(values);
      await writeSafetensors(file, [{name: 'features', shape: [features.count, dimension], dtype: 'F32', read}]);
    }
    const {frechet, kid, measuredBy} = await sampleDistances(run, ['base']);
    expect({frechet, kid}).toEqual({frechet: now.frechet, kid: now.kid});
    expect(measuredBy?.network).toBe(null);
  });

  it('are none without a reference', async () => {
    await rm(runPaths.features(run, 'reference'));
    expect(await sampleDistances(run, ['base'])).toEqual({frechet: {}, kid: {}, warnings: [], measuredBy: null});
  });

  it('need no features for the Fréchet distance, and have no KID without them', async () => {
    const {frechet, measuredBy} = await sampleDistances(run, ['base']);
    for (const model of ['reference', 'base']) {
      await rm(runPaths.evaluation(run, model), {recursive: true});
      await measure(run, model, model === 'base' ? base : reference, {keep: false});
    }
    expect(await fileExists(runPaths.features(run, 'base'))).toBe(false);
    const without = await sampleDistances(run, ['base']);
    expect({...without, warnings: []}).toEqual({
      frechet,
      kid: {},
      warnings: [],
      measuredBy: {...measuredBy, kid: null},
    });
  });

  it('are those of each network by itself, where there are several', async () => {
    const alone = await sampleDistances(run, ['base']);
    for (const network of ['digits', 'inception'])
      for (const model of ['reference', 'base'])
        await measure(run, model, model === 'base' ? base : reference, {network}, network);
    const found = await distancesByNetwork(run, ['base'], {features: ['digits', 'inception']});
    expect([...found.keys()]).toEqual(['digits', 'inception']);
    for (const [name, {frechet, kid, measuredBy}] of found) {
      expect({frechet, kid}).toEqual({frechet: alone.frechet, kid: alone.kid});
      expect(measuredBy?.network?.name).toBe(name);
    }
  });

  it('compare no features of different networks', async () => {
    await measure(run, 'base', base, {}, 'others');
    await expect(sampleDistances(run, ['base'])).rejects.toMatchObject({code: 'features-mismatch'});
    await measure(run, 'reference', reference, {network: 'inception'}, 'inception');
    await measure(run, 'base', base, {network: 'inception'}, 'others');
    const where = runPaths.features(run, 'base', 'inception');
    await expect(sampleDistances(run, ['base'], {network: 'inception'})).rejects.toMatchObject({
      code: 'features-mismatch',
      where,
    });
  });
});
