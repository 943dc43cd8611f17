import {resolve, sep} from 'node:path';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import {nullForUserError} from '../../contract/errors.ts';
import {walkFiles, type FoundFile} from '../../data/walkFiles.ts';
import {hashBytes} from '../../store/hashes/sha256.ts';

/** Where images lie; without it, with the program. */
type ImagePath = Pick<DataConfig, 'path'>;

/** In place of a hash: of what is not there. */
export const missing = 'missing';

/**
 * The files of the data of a config, also those behind links; null for data that comes with the program, and for data that is not there.
 * `onLeftOut` gets a sentence about what cannot be read.
 */
export async function dataFiles(
  {path}: ImagePath,
  folder: string,
  onLeftOut: (message: string) => void = () => undefined,
): Promise<FoundFile[] | null> {
  return path === undefined ? null : walkFiles(resolve(folder, path), onLeftOut).catch(nullForUserError);
}

/**
 * SHA-256 over names, sizes and times of all files of the data: it changes when one is added, removed or written. Nothing is read; data that
 * is not there is `missing`, and the stage that needs it reports that.
 */
export async function dataStamp(config: DataConfig, folder: string): Promise<string> {
  return stampOf(config, await dataFiles(config, folder));
}

/** The stamp of files that were found. */
export function stampOf(images: ImagePath, files: readonly FoundFile[] | null): string {
  return hashOf(images, files, ({name, size, modified}) => `${name} ${size} ${modified}`);
}

/** SHA-256 over names and sizes alone, which a copy of the files has as well. */
export function listingOf(images: ImagePath, files: readonly FoundFile[] | null): string {
  return hashOf(images, files, ({name, size}) => `${name} ${size}`);
}

function hashOf({path}: ImagePath, files: readonly FoundFile[] | null, line: (file: FoundFile) => string): string {
  if (path === undefined) return 'bundled';
  if (files === null) return missing;
  // Names as the system spells them, because stamps that are on disk have them so.
  const lines = files.map((file) => line({...file, name: file.name.replaceAll('/', sep)}));
  return hashBytes(lines.sort().join('\n'));
}
