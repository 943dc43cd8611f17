import {dirname} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import type {ClipTokenizer} from '../../text/clipTokenizer.ts';
import {readClipTokenizer} from '../../text/readClipTokenizer.ts';
import {clipScore, rowCosines, type ClipScore} from '../clipScore.ts';
import {rowsFrom, type FeatureRows} from '../featureRows.ts';
import {clipTextLayout, loadClipTextTower, type ClipTextTower} from '../networks/clipNetwork.ts';
import type {ClipLayout} from '../networks/clipNames.ts';
import type {NetworkFiles} from '../networks/networkWeights.ts';

/** Texts that are embedded at once. */
const batch = 32;

/** CLIP scores of images, by their embeddings, and one caption for each in the same order. */
export async function captionScore(
  images: FeatureRows,
  captions: readonly string[],
  tower: ClipTextTower,
  tokenizer: ClipTokenizer,
): Promise<ClipScore> {
  const {dimension} = images;
  const cosines: number[] = [];
  for (let first = 0; first < captions.length; first += batch) {
    const ids = captions.slice(first, first + batch).map((text) => tokenizer.encodeTo(text, tower.length));
    const embedded = tower.embed(ids);
    if (embedded.shape[1] !== dimension) {
      embedded.dispose();
      throw new UserError('features-weights', 'Image and text tower embed into vectors of different lengths.');
    }
    const values = (await embedded.data().finally(() => embedded.dispose())) as Float32Array;
    const count = ids.length;
    cosines.push(...rowCosines(rowsFrom(images, first, count), {values, count, dimension}));
  }
  return clipScore(cosines);
}

/** The CLIP scores of embedded images by the text tower in the same weights. */
export async function scoreCaptions(
  images: FeatureRows,
  captions: readonly string[],
  files: NetworkFiles,
  tokenizerFolder = dirname(files.weights),
): Promise<ClipScore> {
  const tower = await loadClipTextTower(files);
  try {
    return await captionScore(images, captions, tower, await tokenizerBeside(tokenizerFolder, tower.layout));
  } finally {
    tower.dispose();
  }
}

/** Throws a UserError where weights have no text tower, or no tokenizer lies beside them. Reads the names and shapes of the weights alone. */
export async function requireCaptionScores(files: NetworkFiles): Promise<void> {
  await tokenizerBeside(dirname(files.weights), await clipTextLayout(files));
}

async function tokenizerBeside(folder: string, layout: ClipLayout): Promise<ClipTokenizer> {
  return readClipTokenizer(folder, layout).catch((cause: unknown) => {
    if (!(cause instanceof UserError) || cause.code !== 'file-missing') throw cause;
    throw new UserError('tokenizer-missing', "The CLIP score needs the network's tokenizer, which is not here.", {
      where: folder,
      hint: 'Put tokenizer.json, or vocab.json and merges.txt, of the repository of the weights beside them.',
      cause,
    });
  });
}
