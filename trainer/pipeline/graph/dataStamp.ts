import {readdir, stat} from 'node:fs/promises';
import {join, relative, resolve} from 'node:path';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {hashBytes} from '../../store/files/sha256.ts';

/**
 * Changes with every file of the data that is added, removed or written: SHA-256 over names, sizes and times. Nothing is read; whoever needs
 * data that is not there says so.
 */
export async function dataStamp({path}: DataConfig, folder: string): Promise<string> {
  if (path === undefined) return 'bundled';
  const root = resolve(folder, path);
  if (!(await fileExists(root))) return 'missing';
  const lines = await Promise.all((await filesBelow(root)).map((file) => fileLine(root, file)));
  return hashBytes(lines.sort().join('\n'));
}

async function filesBelow(root: string): Promise<string[]> {
  if (!(await stat(root)).isDirectory()) return [root];
  const entries = await readdir(root, {recursive: true, withFileTypes: true});
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

async function fileLine(root: string, file: string): Promise<string> {
  const {size, mtimeMs} = await stat(file);
  return `${relative(root, file)} ${size} ${mtimeMs}`;
}
