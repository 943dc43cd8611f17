import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {scoreImages, type ScoreRequest} from '../../../../../trainer/cli/verbs/score/scoreImages.ts';
import {encodePng} from '../../../../../trainer/data/pictures/png.ts';
import {featureRows} from '../../../../../trainer/evaluate/featureRows.ts';
import {writeFeaturesFile} from '../../../../../trainer/evaluate/scoring/featuresFile.ts';
import {writeStatistics} from '../../../../../trainer/evaluate/statisticsFile.ts';
import {temporaryFolder} from '../../../../helpers/temporaryFolder.ts';

const network = (name: string, weights = '0') => ({
  name,
  dimension: 64,
  preprocessing: 'none: 28x28x1 in [-1, 1]',
  weights: {source: '', sha256: weights.repeat(64)},
});

/** A folder with digits, one digit, and files about them. */
async function sources(): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, count] of [
    ['many', 4],
    ['one', 1],
    ['none', 0],
  ] as const) {
    await mkdir(join(folder, name));
    for (let i = 0; i < count; i++)
      await writeFile(join(folder, name, `${i}.png`), encodePng(new Uint8Array(28 * 28).fill(9 * i), 28, 28, 1));
  }
  const [mean, covariance] = [new Float64Array(64), new Float64Array(64 * 64)];
  await writeStatistics(join(folder, 'known.npz'), {mean, covariance, network: network('digits'), count: 9});
  await writeStatistics(join(folder, 'clip.npz'), {mean, covariance, network: network('clip'), count: 9});
  await writeStatistics(join(folder, 'single.npz'), {mean, covariance, count: 1});
  await writeStatistics(join(folder, 'plain.npz'), {mean, covariance});
  await writeStatistics(join(folder, 'long.npz'), {mean: new Float64Array(2), covariance: new Float64Array(4)});
  const features = featureRows({values: new Float32Array(3 * 64), count: 3, dimension: 64});
  await writeFeaturesFile(join(folder, 'clip.safetensors'), [{network: network('clip'), features, logits: null}]);
  await writeFile(join(folder, 'captions.txt'), 'a\nb\n');
  return folder;
}

const inFolder = (folder: string, {images = 'many', ...request}: Partial<ScoreRequest>): ScoreRequest => {
  const path = (name: string | undefined) => name && join(folder, name);
  const reference = path(request.reference);
  return {
    features: ['digits'],
    imageColumn: 'image',
    engine: 'wasm',
    ...request,
    images: join(folder, images),
    reference,
  };
};

describe('what deme score cannot compare', () => {
  it.each([
    ['one image', {images: 'one', reference: 'many'}, 'images-too-few', 'one'],
    ['one reference image', {reference: 'one'}, 'images-too-few', 'one'],
    ['statistics of one image', {reference: 'single.npz'}, 'images-too-few', 'single.npz'],
    ['statistics of another length', {reference: 'long.npz'}, 'statistics-mismatch', 'long.npz'],
    ['statistics of another network', {reference: 'clip.npz'}, 'statistics-mismatch', 'clip.npz'],
    ['such statistics of the images', {images: 'clip.npz', reference: 'plain.npz'}, 'statistics-mismatch', 'clip.npz'],
    ['statistics by other weights', {reference: 'known.npz'}, 'statistics-mismatch', 'known.npz'],
    ['the same of the images', {images: 'known.npz', reference: 'many'}, 'statistics-mismatch', 'many'],
    ['features of another network', {reference: 'clip.safetensors'}, 'statistics-mismatch', 'clip.safetensors'],
    ['features of statistics', {images: 'plain.npz', saveFeatures: 'f.safetensors'}, 'images-missing', 'plain.npz'],
    ['captions without clip', {captions: 'captions.txt'}, 'captions-unused', undefined],
    ['nothing', {reference: 'elsewhere'}, 'data-missing', 'elsewhere'],
    ['no image', {reference: 'none'}, 'data-empty', 'none'],
  ] as const)('is refused before anything is measured: %s', async (_, request, code, where) => {
    const folder = await sources();
    const measured: number[] = [];
    const watch = {
      signal: new AbortController().signal,
      onNote: () => undefined,
      onProgress: (done: number) => measured.push(done),
    };
    const problem = {code, ...(where !== undefined && {where: join(folder, where)})};
    await expect(scoreImages(inFolder(folder, request), watch)).rejects.toMatchObject(problem);
    expect(measured).toEqual([]);
  });

  it('is a caption of an image that is not there', async () => {
    const folder = await sources();
    const watch = {signal: new AbortController().signal, onNote: () => undefined, onProgress: () => undefined};
    const weights = [join(folder, 'captions.txt')];
    const request = {...inFolder(folder, {images: 'clip.npz'}), features: ['clip'] as const, weights};
    const problem = {code: 'images-missing', where: join(folder, 'clip.npz')};
    await expect(scoreImages({...request, captions: true}, watch)).rejects.toMatchObject(problem);
  });

  it('is told with the option that names it', async () => {
    const folder = await sources();
    const watch = {signal: new AbortController().signal, onNote: () => undefined, onProgress: () => undefined};
    for (const [option, request] of [
      ['--images', {images: 'none'}],
      ['--reference', {reference: 'none'}],
    ] as const) {
      const hint = `Check ${option}: a folder of images, or a tar or parquet file of them.`;
      await expect(scoreImages(inFolder(folder, request), watch)).rejects.toMatchObject({hint});
    }
  });
});
