import {stat} from 'node:fs/promises';

/** Whether there is a file or folder. Any other answer than yes or no (a folder without permission, say) is an error. */
export async function fileExists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
