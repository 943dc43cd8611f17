import {resolve, sep} from 'node:path';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import {nullForUserError} from '../../contract/errors.ts';
import {walkFiles} from '../../data/walkFiles.ts';
import {hashBytes} from '../../store/files/sha256.ts';

/**
 * SHA-256 over names, sizes and times of all files of the data, also of those behind links: it changes when one is added, removed or
 * written. Nothing is read; data that is not there is `missing`, and whoever needs it says so.
 */
export async function dataStamp({path}: DataConfig, folder: string): Promise<string> {
  if (path === undefined) return 'bundled';
  const files = await walkFiles(resolve(folder, path), () => undefined).catch(nullForUserError);
  if (files === null) return 'missing';
  // Names as the system spells them, because stamps that are on disk have them so.
  const lines = files.map(({name, size, modified}) => `${name.replaceAll('/', sep)} ${size} ${modified}`);
  return hashBytes(lines.sort().join('\n'));
}
