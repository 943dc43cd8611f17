import {copyFile, link, realpath} from 'node:fs/promises';
import {dirname} from 'node:path';
import {syncFolder} from './atomicFile.ts';
import {openRegular} from './regularFile.ts';
import {makeFolders} from './makeFolders.ts';

/**
 * Has a plain file appear under another name too: as a link where the file system has them, else as a copy. Missing folders are made.
 * Throws a UserError for a source that cannot be read.
 */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  const {handle} = await openRegular(from);
  await handle.close();
  makeFolders(dirname(to));
  // A relative link, as the cache of a hub is made of, would point nowhere from the other folder.
  const file = await realpath(from);
  await link(file, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EEXIST' || error.code === 'ENOSPC') throw error;
    return copyFile(file, to);
  });
  await syncFolder(dirname(to));
}
