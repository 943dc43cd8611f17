import {UserError} from '../../../contract/errors.ts';
import type {FeatureNetworkName} from '../../../contract/model/featureNetwork.ts';
import type {EncodedImages} from '../../../data/encodedSource.ts';
import {openPictureFiles, type PictureFileSettings} from '../../../data/pictureFiles.ts';
import {requireEnoughImages} from '../../../evaluate/scoring/enoughImages.ts';
import {openFeaturesFile} from '../../../evaluate/scoring/featuresFile.ts';
import {requireSameFeatures, originOf} from '../../../evaluate/scoring/sameFeatures.ts';
import type {ScoredSet} from '../../../evaluate/scoring/scoredSet.ts';
import {isStatisticsFile, readStatistics} from '../../../evaluate/statisticsFile.ts';

export type OpenSet = ScoredSet & {close(): Promise<void>};

/** What `--images` or `--reference` names: images that are yet to be measured, or what networks made of some. */
export type ScoreSource = {readonly path: string} & (
  | {readonly images: EncodedImages; readonly sets: null}
  /** One for each network, for the caller to close. */
  | {readonly images: null; readonly sets: readonly OpenSet[]}
);

/** Opens a source. Throws a UserError for one that is none, or of which another network made the features. */
export async function openSource(
  path: string,
  names: readonly FeatureNetworkName[],
  settings: PictureFileSettings,
  onNote: (message: string) => void,
): Promise<ScoreSource> {
  if (!isStatisticsFile(path) && !path.endsWith('.safetensors'))
    return {path, images: await openPictureFiles(path, settings, onNote), sets: null};
  const sets: OpenSet[] = [];
  try {
    for (const name of names) {
      const set = isStatisticsFile(path) ? await openStatistics(path) : await openFeaturesFile(path, name);
      sets.push(set);
      requireSameFeatures({network: {name}}, originOf(set));
    }
  } catch (error) {
    for (const set of sets) await set.close();
    throw error;
  }
  return {path, images: null, sets};
}

/** Throws a UserError for a source of too few images to be compared with others, as far as it says how many. */
export function requireComparable({path, images, sets}: ScoreSource): void {
  const counts = images === null ? sets.map(({count}) => count ?? Infinity) : [images.size];
  requireEnoughImages(Math.min(...counts), path);
}

/** The images of a source, of which `what` is wanted. Throws a UserError where it has only what networks made of them. */
export function requireImages({path, images}: ScoreSource, what: string): EncodedImages {
  if (images !== null) return images;
  const kind = isStatisticsFile(path) ? 'statistics' : 'features';
  throw new UserError('images-missing', `${what} need the images themselves, and this file has only ${kind} of them.`, {
    where: path,
    hint: 'Give --images a folder, tar or parquet file of the images.',
  });
}

async function openStatistics(source: string): Promise<OpenSet> {
  const {network = null, count = null, ...gaussian} = await readStatistics(source);
  return {
    source,
    network,
    count,
    features: null,
    logits: null,
    statistics: () => gaussian,
    close: () => Promise.resolve(),
  };
}
