import {statfs} from 'node:fs/promises';
import {dirname} from 'node:path';
import {fileExists} from './fileExists.ts';

/** Bytes that this user may still write to the disk of a folder, which need not be there yet; Infinity where the disk does not say. */
export async function freeBytes(folder: string): Promise<number> {
  if (!(await fileExists(folder)) && dirname(folder) !== folder) return freeBytes(dirname(folder));
  const {blocks, bavail, bsize} = await statfs(folder);
  return blocks === 0 ? Infinity : bavail * bsize;
}

/** `512 B`, `3.4 MB`, `1.14 GB`: bytes for reading, in powers of 1000 as disks count. */
export function byteText(bytes: number): string {
  if (bytes < 1000) return `${Math.ceil(bytes)} B`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const unit = ['B', 'kB', 'MB', 'GB'][power] ?? 'GB';
  return `${(bytes / 1000 ** power).toFixed(power === 3 ? 2 : 1)} ${unit}`;
}
