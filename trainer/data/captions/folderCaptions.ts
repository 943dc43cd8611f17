import {posix} from 'node:path';
import {readRegularFile} from '../../store/files/regularFile.ts';
import type {FoundFile} from '../walkFiles.ts';
import {readMetadataTable} from './metadataTable.ts';

const metadataFiles = ['metadata.jsonl', 'metadata.csv'];
const textEndings = ['.txt', '.caption'];
/** Bytes of a text file beside an image. */
const largestText = 1_000_000;

/**
 * The captions of images in a folder, from all files found in it: those of the nearest metadata file at or above the image that lists it,
 * else the lines of the text file beside it. Nothing is read before it is needed, and a metadata file is read once.
 */
export function folderCaptions(
  found: readonly FoundFile[],
  column: string | undefined,
): (image: FoundFile) => Promise<readonly string[]> {
  const byName = new Map(found.map((file) => [file.name, file.path]));
  const tables = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>();

  function table(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const known = tables.get(path) ?? readMetadataTable(path, column);
    tables.set(path, known);
    return known;
  }

  async function listed(name: string): Promise<readonly string[] | undefined> {
    for (const folder of foldersAbove(name)) {
      const path = metadataFiles.map((file) => byName.get(folder + file)).find((file) => file !== undefined);
      const captions = path === undefined ? undefined : (await table(path)).get(name.slice(folder.length));
      if (captions !== undefined) return captions;
    }
    return undefined;
  }

  return async ({name}) => {
    const captions = await listed(name);
    if (captions !== undefined) return captions;
    const stem = name.slice(0, name.length - posix.extname(name).length);
    const beside = textEndings.map((ending) => byName.get(stem + ending)).find((file) => file !== undefined);
    return beside === undefined ? [] : textLines((await readRegularFile(beside, largestText)).toString('utf8'));
  };
}

/** The lines of a text file, each a caption. */
export function textLines(text: string): string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** `a/b/`, `a/` and `` of `a/b/c.png`. */
function foldersAbove(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return [...parts.map((_, i) => `${parts.slice(0, parts.length - i).join('/')}/`), ''];
}
