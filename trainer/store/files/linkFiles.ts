import {copyFile, link, mkdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import {syncFolder} from './atomicFile.ts';

/** Has a file appear under another name too: as a link where the file system has them, else as a copy. Missing folders are made. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), {recursive: true});
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EEXIST' || error.code === 'ENOSPC') throw error;
    return copyFile(from, to);
  });
  await syncFolder(dirname(to));
}
