import {readFileSync} from 'node:fs';
import {copyFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeAll, describe, expect, it, vi} from 'vitest';
import {openPictureFiles} from '../../../../trainer/data/pictureFiles.ts';
import {startEngine} from '../../../../trainer/engine/startEngine.ts';
import {featureRows, rowsFrom} from '../../../../trainer/evaluate/featureRows.ts';
import {featureFolder} from '../../../../trainer/evaluate/featureWeights.ts';
import {withFeatureNetworks} from '../../../../trainer/evaluate/featureNetworks.ts';
import {measurePictures} from '../../../../trainer/evaluate/scoring/measurePictures.ts';
import {scoreSet} from '../../../../trainer/evaluate/scoring/scores.ts';
import {drawnScores} from '../../../../trainer/pipeline/drawing/drawnScores.ts';
import {FeatureBlocks} from '../../../../trainer/pipeline/drawing/featureBlocks.ts';
import {createRandom} from '../../../../trainer/random.ts';
import type {Prompts} from '../../../../trainer/sample/prompts.ts';
import {writeSmallClip} from '../../../helpers/models/featureCache.ts';
import {goldenSdFolder} from '../../../helpers/golden/goldenSd.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const {clip_gelu} = JSON.parse(readFileSync(goldenSdFolder('metrics/metrics.json'), 'utf8')) as {
  clip_gelu: {captions: string[]; bk_sdm_clip_score: number};
};

function promptsOf(texts: readonly string[]): Prompts {
  return {
    ...({text: {}, guidance: {scale: 1}} as Pick<Prompts, 'text' | 'guidance'>),
    count: texts.length,
    prompt: (index) => Promise.resolve(texts[index] ?? expect.fail()),
    negative: () => '',
  };
}

/** Puts a small CLIP with its tokenizer where downloaded weights lie. */
async function cacheClip(): Promise<void> {
  vi.stubEnv('DEME_CACHE', await temporaryFolder());
  await writeSmallClip(featureFolder('clip-vit-b-32'), {tokenizer: true});
}

describe('the scores of drawn images', {timeout: 60_000}, () => {
  beforeAll(async () => void (await startEngine({name: 'wasm'})));
  afterEach(() => void vi.unstubAllEnvs());

  it('are the inception score of `deme score`, from class scores in several blocks', async () => {
    const network = {name: 'inception', dimension: 2, preprocessing: '', weights: {source: '', sha256: '0'.repeat(64)}};
    const logits = createRandom(1, 'logits').fillNormal(new Float32Array(130 * 5));
    const features = featureRows({values: new Float32Array(260), count: 130, dimension: 2});
    const blocks = await FeatureBlocks.open(await temporaryFolder(), 130);
    for (const [first, end] of [
      [0, 128],
      [128, 130],
    ] as const) {
      const part = {values: logits.subarray(first * 5, end * 5), count: end - first, dimension: 5};
      await blocks.write(first, [{network, values: new Float32Array(2 * (end - first)), logits: part}]);
    }
    const set = {source: '', network, count: 130, features, statistics: () => expect.fail()};
    const scored = {...set, logits: featureRows({values: logits, count: 130, dimension: 5})};
    const {inceptionScore} = await scoreSet(scored, null, {}, []);
    expect(inceptionScore?.splits).toBe(10);
    expect(await drawnScores({features: 'inception'}, blocks, undefined)).toEqual({inceptionScore});
  });

  it('are the CLIP score of the prompts that they were drawn by', async () => {
    await cacheClip();
    const folder = await temporaryFolder();
    for (const i of [0, 1, 2, 3])
      await copyFile(goldenSdFolder(`metrics/clip_image${i}.png`), join(folder, `clip_image${i}.png`));
    const images = await openPictureFiles(folder, {imageColumn: 'image', setting: '--images'}, () => undefined);
    const blocks = await FeatureBlocks.open(await temporaryFolder(), 4);
    await withFeatureNetworks(['clip'], async (networks) => {
      const [set] = await measurePictures(images, networks, {folder: await temporaryFolder(), source: folder});
      const {network, features} = set ?? expect.fail();
      if (network && features) await blocks.write(3, [{network, values: rowsFrom(features).values}]);
      await set?.close();
    });
    const {clipScore} = await drawnScores({features: 'clip'}, blocks, promptsOf(clip_gelu.captions));
    expect(clipScore?.meanCosine).toBeCloseTo(clip_gelu.bk_sdm_clip_score, 6);
    expect(clipScore?.prompts).toBe(new Set(clip_gelu.captions).size);
    expect(clipScore?.standardError).toBeGreaterThan(0);
    expect(await drawnScores({features: 'clip'}, blocks, undefined)).toEqual({});
    // Prompts take turns.
    const one = await drawnScores({features: 'clip'}, blocks, promptsOf(clip_gelu.captions.slice(0, 1)));
    expect(one.clipScore?.prompts).toBe(1);
    expect(one.clipScore?.meanCosine).not.toBe(clipScore?.meanCosine);
  });
});
