import type * as z from 'zod';
import {captionColumns} from '../../contract/config/dataConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {openPositioned} from '../../store/files/positionedFile.ts';
import {captionTexts, CaptionRow} from '../captions/metadataTable.ts';
import {textLines} from '../captions/folderCaptions.ts';
import type {ImageSource} from '../dataset.ts';
import {encodedSource, type DecodeSettings, type EncodedImages} from '../encodedSource.ts';
import {fingerprintOf} from '../fingerprint.ts';
import {isImageName} from '../imageFolder.ts';
import {endingOf, type FoundFile} from '../walkFiles.ts';
import {tarEntries, type TarEntry} from './tarEntries.ts';

/** Files of a tar file with the same name up to its first dot: one example. */
interface Example {
  readonly tar: FoundFile;
  readonly name: string;
  readonly image: TarEntry;
  readonly text?: TarEntry;
  readonly json?: TarEntry;
}

/** Bytes of a caption, or of the JSON around it. */
const largestText = 1_000_000;
const largestImage = 256_000_000;

/**
 * The images of the tar files of a WebDataset. Captions are the lines of the `.txt` (or `.caption`) of the same name, else a text or a list of
 * texts in its `.json`. Tar files are not unpacked: their headers say where images lie, and what is asked for is read from there.
 */
export async function webDatasetImages(
  tars: readonly FoundFile[],
  settings: DecodeSettings,
  column: string | undefined,
  onSkip: (message: string) => void,
): Promise<ImageSource> {
  return encodedSource(await encodedExamples(tars, column), settings, onSkip);
}

/** The same, not decoded. */
export async function encodedExamples(tars: readonly FoundFile[], column: string | undefined): Promise<EncodedImages> {
  const examples: Example[] = [];
  for (const tar of tars) for await (const example of examplesOf(tar)) examples.push(example);
  if (examples.length === 0)
    throw new UserError('data-empty', 'The tar files have no images.', {
      where: tars[0]?.path,
      hint: 'Check data.path.',
    });
  const example = (index: number): Example => {
    const found = examples[index];
    if (found === undefined) throw new RangeError(`there is no image ${index}`);
    return found;
  };
  return {
    size: examples.length,
    fingerprint: fingerprintOf(examples.flatMap(({name, image}) => [name, String(image.size)])),
    name: (index: number) => `${example(index).tar.path}, ${example(index).image.name}`,
    bytes: (index: number) => contentOf(example(index).tar, example(index).image, largestImage),
    captions: async (index: number) => captionsOf(example(index), column),
  };
}

/** Neighbouring entries of the same name; those without an image are left out. */
async function* examplesOf(tar: FoundFile): AsyncGenerator<Example> {
  const file = await openPositioned(tar.path);
  try {
    let example: Partial<Example> & {name: string} = {name: ''};
    for await (const entry of tarEntries(file)) {
      const name = stemOf(entry.name);
      if (name !== example.name) {
        if (hasImage(example)) yield example;
        example = {name};
      }
      example = {...example, tar, ...roleOf(entry)};
    }
    if (hasImage(example)) yield example;
  } finally {
    await file.close();
  }
}

function hasImage(example: Partial<Example> & {name: string}): example is Example {
  return example.tar !== undefined && example.image !== undefined;
}

function roleOf(entry: TarEntry): Partial<Example> {
  const ending = endingOf({path: entry.name});
  if (ending === '.txt' || ending === '.caption') return {text: entry};
  if (ending === '.json') return {json: entry};
  return isImageName({path: entry.name}) ? {image: entry} : {};
}

/** `a/b` of `a/b.seg.png`. */
function stemOf(name: string): string {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  return dot < 0 ? name : name.slice(0, dot);
}

async function captionsOf({tar, name, text, json}: Example, column: string | undefined): Promise<readonly string[]> {
  if (text !== undefined) return textLines((await contentOf(tar, text, largestText)).toString('utf8'));
  if (json === undefined) return [];
  const invalid = (what: string) =>
    new UserError('captions-invalid', `The JSON of ${name} ${what}.`, {
      where: tar.path,
      hint: 'Set data.captions.column to the key of the captions.',
    });
  const row = rowOf((await contentOf(tar, json, largestText)).toString('utf8'));
  if (row === null) throw invalid('is not an object');
  const key = column ?? captionColumns.find((name) => name in row);
  const texts = key === undefined ? [] : captionTexts(row[key]);
  if (texts === null) throw invalid(`has something else than a text or a list of texts as ${key}`);
  return texts;
}

function rowOf(json: string): z.output<typeof CaptionRow> | null {
  try {
    return CaptionRow.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

async function contentOf(tar: FoundFile, {name, start, size}: TarEntry, limit: number): Promise<Buffer> {
  if (size > limit) {
    const message = `${name} has ${size} bytes, but at most ${limit} are read of such a file.`;
    throw new UserError('entry-too-large', message, {where: tar.path});
  }
  const file = await openPositioned(tar.path);
  try {
    return Buffer.from((await file.read(start, size)).buffer);
  } finally {
    await file.close();
  }
}
