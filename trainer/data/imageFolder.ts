import {readFile} from 'node:fs/promises';
import {UserError} from '../contract/errors.ts';
import type {ImageSource} from './dataset.ts';
import {encodedSource, type DecodeSettings} from './encodedSource.ts';
import {fingerprintOf} from './fingerprint.ts';
import {listFiles, type ListedFile} from './listFiles.ts';

const endings = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * All PNG, JPEG and WebP files of a folder and its sub-folders, in the order of their names. The fingerprint is over the
 * names and sizes: hashing every file of a large folder would take minutes at each start.
 */
export async function openImageFolder(
  folder: string,
  settings: DecodeSettings,
  onSkip: (message: string) => void,
): Promise<ImageSource> {
  const files = await listFiles(folder, endings);
  if (files.length === 0) throw noImages(folder);
  const path = (index: number): string => files[index]?.path ?? `image ${index}`;
  const images = {
    size: files.length,
    fingerprint: fingerprintOf(files.flatMap(({name, size}) => [name, String(size)])),
    name: path,
    bytes: (index: number) => readImage(files[index], path(index)),
  };
  return encodedSource(images, settings, onSkip);
}

/** Bytes of an image file. */
const largestFile = 256_000_000;

async function readImage(file: ListedFile | undefined, path: string): Promise<Uint8Array> {
  if ((file?.size ?? 0) > largestFile) throw new Error(`it has more than ${largestFile} bytes`);
  return readFile(path);
}

function noImages(folder: string): UserError {
  return new UserError('data-empty', `There are no images (${endings.join(', ')}) in this folder.`, {
    where: folder,
    hint: 'Check data.path; for Hugging Face parquet files set data.kind to parquet.',
  });
}
