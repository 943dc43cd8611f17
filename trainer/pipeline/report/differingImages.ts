import {join} from 'node:path';
import {featureFileNames, featureNames, type EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {DifferingImages} from '../../contract/scores/differingImages.ts';
import {encodePng, gridOfBytes} from '../../data/pictures/png.ts';
import {concatenate} from '../../concatenate.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {openFeatures} from '../stages/featureFile.ts';
import {drawnPictures, type DrawnPictures} from './drawnPictures.ts';
import {pairedDistances} from './featureDistances.ts';

/** Images of a pair of models that are shown. */
const shown = 8;
const pairs: readonly (readonly [string, string])[] = [
  ['base', 'merged'],
  ['ordinary', 'merged'],
  ['ensemble', 'merged'],
  ['base', 'ordinary'],
];

/**
 * The images in which two models differ most, though they come from the same noise, by the distance of their features in the space of the first network;
 * drawn into `folder` as far as the run keeps images. Where it keeps only some, these are the ones that are compared. None without features.
 */
export async function differingImages(
  run: string,
  config: EvaluateConfig | undefined,
  folder: string,
): Promise<DifferingImages[]> {
  const [network] = featureNames(config?.features);
  if (config === undefined || network === undefined) return [];
  const [file = null] = featureFileNames(config.features);
  const found: DifferingImages[] = [];
  for (const models of pairs) {
    const files = models.map((model) => runPaths.features(run, model, file));
    if (!(await Promise.all(files.map(fileExists))).every(Boolean)) continue;
    const [first, second] = [await drawnPictures(run, models[0], config), await drawnPictures(run, models[1], config)];
    const kept = Math.min(first.count, second.count);
    const {compared, images} = await mostDifferent(files, kept);
    const picture = kept > 0 && images.length > 0 ? `differing-${models.join('-')}.png` : null;
    if (picture !== null) {
      const numbers = images.map(({index}) => index);
      await writeFileAtomic(join(folder, picture), await rowsOfImages([first, second], numbers));
    }
    found.push({models: [...models], network, compared, images, picture});
  }
  return found;
}

/** Among the first `kept` images; where none are kept, among all. */
async function mostDifferent(
  files: readonly string[],
  kept: number,
): Promise<Pick<DifferingImages, 'compared' | 'images'>> {
  const [a, b] = [await openFeatures(files[0] ?? ''), await openFeatures(files[1] ?? '')];
  try {
    const compared = Math.min(a.count, b.count, kept > 0 ? kept : Infinity);
    const distances = pairedDistances(a, b, compared);
    const numbers = Uint32Array.from(distances, (_, i) => i).sort((i, j) => distances[j]! - distances[i]! || i - j);
    const images = Array.from(numbers.subarray(0, shown), (index) => ({index, distance: distances[index] ?? NaN}));
    return {compared, images};
  } finally {
    await a.close();
    await b.close();
  }
}

/** A PNG with a row of these images for each model. */
async function rowsOfImages(models: readonly DrawnPictures[], numbers: readonly number[]): Promise<Uint8Array> {
  const pictures = [];
  for (const {read} of models) for (const index of numbers) pictures.push(await read(index));
  const [{height, width, channels}] = pictures as [(typeof pictures)[number]];
  const bytes = concatenate(
    Uint8Array,
    pictures.map(({pixels}) => pixels),
  );
  const grid = gridOfBytes(bytes, [pictures.length, height, width, channels], numbers.length);
  return encodePng(grid.pixels, grid.width, grid.height, grid.channels);
}
