import {readFile} from 'node:fs/promises';
import {UserError} from '../contract/errors.ts';
import type {ImageSource} from './dataset.ts';
import {encodedSource, type DecodeSettings, type EncodedImages} from './encodedSource.ts';
import {fingerprintOf} from './fingerprint.ts';
import {endingOf, type FoundFile} from './walkFiles.ts';

/** Endings of the images that are read. The format of a file is decided by its first bytes, not by its name. */
const imageEndings = ['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.webp', '.gif', '.tif', '.tiff', '.avif', '.bmp'];
/** Endings of what usually lies beside images and is none. */
const companionEndings = [
  '.txt',
  '.json',
  '.jsonl',
  '.csv',
  '.tsv',
  '.xml',
  '.md',
  '.yaml',
  '.yml',
  '.html',
  '.caption',
  '.log',
  '.db',
];

/**
 * The images among the files of a folder and its sub-folders. `onSkip` gets a sentence that counts the files with other endings.
 * Throws a UserError where there are no images.
 */
export function imagesAmong(
  found: readonly FoundFile[],
  folder: string,
  onSkip: (message: string) => void,
): FoundFile[] {
  const files = found.filter(isImageName);
  const others = otherEndings(found);
  if (files.length === 0) throw noImages(folder, others);
  if (others !== '') onSkip(`Left out of the data: ${others} in ${folder}. Images end in ${imageEndings.join(', ')}.`);
  return files;
}

/** Images that are files. The fingerprint is over names and sizes: hashing all of a large folder would take minutes at each start. */
export function imageFiles(
  files: readonly FoundFile[],
  settings: DecodeSettings,
  captions: (image: FoundFile) => Promise<readonly string[]>,
  onSkip: (message: string) => void,
): ImageSource {
  return encodedSource(encodedFiles(files, captions), settings, onSkip);
}

/** The same, not decoded. */
export function encodedFiles(
  files: readonly FoundFile[],
  captions: (image: FoundFile) => Promise<readonly string[]>,
): EncodedImages {
  const path = (index: number): string => files[index]?.path ?? `image ${index}`;
  return {
    size: files.length,
    fingerprint: fingerprintOf(files.flatMap(({name, size}) => [name, String(size)])),
    name: path,
    bytes: (index: number) => readImage(files[index], path(index)),
    captions: (index: number) => {
      const file = files[index];
      if (file === undefined) throw new RangeError(`there is no image ${index}`);
      return captions(file);
    },
  };
}

/** Whether a file is named like an image. */
export function isImageName(file: Pick<FoundFile, 'path'>): boolean {
  return imageEndings.includes(endingOf(file));
}

/** `12 .bmp, 1 without ending`: the files that might be meant as images, most frequent endings first; empty where there are none. */
function otherEndings(files: readonly FoundFile[]): string {
  const counts = new Map<string, number>();
  for (const ending of files.map(endingOf)) {
    if (imageEndings.includes(ending) || companionEndings.includes(ending)) continue;
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1));
  return sorted.map(([ending, count]) => `${count} ${ending === '' ? 'without ending' : ending}`).join(', ');
}

/** Bytes of an image file. */
const largestFile = 256_000_000;

async function readImage(file: FoundFile | undefined, path: string): Promise<Uint8Array> {
  if ((file?.size ?? 0) > largestFile) throw new Error(`it has more than ${largestFile} bytes`);
  return readFile(path);
}

function noImages(folder: string, others: string): UserError {
  const instead = others === '' ? '' : `; there are ${others}`;
  return new UserError('data-empty', `There are no images (${imageEndings.join(', ')}) in this folder${instead}.`, {
    where: folder,
    hint: 'Check data.path; for Hugging Face parquet files set data.kind to parquet.',
  });
}
