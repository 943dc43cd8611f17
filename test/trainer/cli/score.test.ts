import {readFileSync} from 'node:fs';
import {copyFile, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {writeStatistics} from '../../../trainer/evaluate/statisticsFile.ts';
import {openSafetensors} from '../../../trainer/store/weights/safetensors.ts';
import {deme} from '../../helpers/machine/deme.ts';
import {writeSmallClip} from '../../helpers/models/featureCache.ts';
import {goldenSdFolder} from '../../helpers/golden/goldenSd.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const Result = z.looseObject({
  scores: z.array(
    z.looseObject({
      features: z.string(),
      images: z.number().nullable(),
      frechetDistance: z.number().optional(),
      cmmd: z.number().optional(),
      clipScore: z.record(z.string(), z.number()).optional(),
    }),
  ),
  warnings: z.array(z.string()),
});
const Failure = z.object({error: z.looseObject({code: z.string()})});

const {clip_gelu} = JSON.parse(readFileSync(goldenSdFolder('metrics/metrics.json'), 'utf8')) as {
  clip_gelu: {captions: string[]; bk_sdm_clip_score: number};
};

/** A folder with the golden pictures, and a CLIP with its config and tokenizer. */
async function clipFolder(): Promise<{folder: string; weights: string; images: string}> {
  const folder = await temporaryFolder();
  const images = join(folder, 'images');
  await mkdir(images);
  for (const i of [0, 1, 2, 3])
    await copyFile(goldenSdFolder(`metrics/clip_image${i}.png`), join(images, `clip_image${i}.png`));
  const weights = await writeSmallClip(join(folder, 'clip'), {tokenizer: true});
  return {folder, weights, images};
}

function scoring(...args: string[]): Promise<{code: number | null; stdout: string; stderr: string}> {
  return deme(['score', ...args, '--engine', 'wasm', '--json']);
}

describe('deme score', () => {
  it('scores images, their captions, and themselves from what it saved', async () => {
    const {folder, weights, images} = await clipFolder();
    const [captions, features, statistics] = ['captions.json', 'f.safetensors', 's.npz'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await writeFile(captions, JSON.stringify(clip_gelu.captions));
    const clip = ['--features', 'clip', '--weights', weights];
    const first = await scoring(
      '--images',
      images,
      ...clip,
      '--captions',
      captions,
      '--save-features',
      features,
      '--save-statistics',
      statistics,
    );
    expect(first.code, first.stderr).toBe(0);
    const [score] = Result.parse(JSON.parse(first.stdout)).scores;
    expect(score?.images).toBe(4);
    expect(score?.clipScore?.meanCosine).toBeCloseTo(clip_gelu.bk_sdm_clip_score, 6);
    const reader = await openSafetensors(features);
    expect(reader.shapes.get('features')).toEqual([4, 24]);
    await reader.close();
    for (const reference of [features, statistics]) {
      const again = await scoring('--images', images, '--reference', reference, ...clip);
      expect(again.code, again.stderr).toBe(0);
      const {scores, warnings} = Result.parse(JSON.parse(again.stdout));
      expect(Math.abs(scores[0]?.frechetDistance ?? NaN)).toBeLessThan(1e-5);
      expect(warnings.join()).toContain('unreliable');
    }
  });

  it('refuses what does not belong together, each with one error', async () => {
    const {folder, weights, images} = await clipFolder();
    const statistics = join(folder, 'other.npz');
    await writeStatistics(statistics, {mean: new Float64Array(3), covariance: new Float64Array(9)});
    const captions = join(folder, 'captions.txt');
    await writeFile(captions, 'one\ntwo\n');
    const clip = ['--images', images, '--features', 'clip', '--weights', weights];
    const failures = [
      [[...clip, '--reference', statistics], 'statistics-mismatch'],
      [[...clip, '--captions', captions], 'captions-mismatch'],
      [[...clip, '--captions'], 'captions-missing'],
      [['--images', images, '--features', 'digits', '--captions', captions], 'captions-unused'],
      [['--images', images, '--weights', join(folder, 'none.pth')], 'features-missing'],
      [['--images', images, '--weights', weights], 'features-weights'],
    ] as const;
    for (const [args, code] of failures) {
      const ended = await scoring(...args);
      expect([ended.code, Failure.parse(JSON.parse(ended.stdout)).error.code]).toEqual([2, code]);
    }
  }, 120_000);
});
