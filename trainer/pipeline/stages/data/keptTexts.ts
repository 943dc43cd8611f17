import {dirname} from 'node:path';
import * as z from 'zod';
import {nullForUserError} from '../../../contract/errors.ts';
import {readCaptions, type Captions} from '../../../data/captions/drawCaption.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {readJson} from '../../../store/files/jsonFile.ts';
import {tableLimits} from '../../../store/files/jsonLimits.ts';
import {makeFolders} from '../../../store/files/makeFolders.ts';

/** Texts in the order in which they were found. */
const Texts = z.array(z.string());

/**
 * The empty text and what `captions` has for the first `images` images, each different text once: as it was written to `file` the last time, else
 * read now and written. A folder with a text file beside each image is read once that way, instead of at each start of each stage.
 * @param all whether any caption of an image may be drawn, or its first alone
 */
export async function keptTexts(file: string, captions: Captions, images: number, all: boolean): Promise<string[]> {
  const kept = await readJson(file, Texts, 'the captions', tableLimits).catch(nullForUserError);
  if (kept !== null) return kept;
  const texts = new Set(['']);
  for await (const found of readCaptions(captions, images))
    for (const text of all ? found : found.slice(0, 1)) texts.add(text);
  makeFolders(dirname(file));
  // Without room for it, it is read again the next time.
  await writeFileAtomic(file, JSON.stringify([...texts])).catch(nullForUserError);
  return [...texts];
}
