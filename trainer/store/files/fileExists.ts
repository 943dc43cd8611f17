import type {Stats} from 'node:fs';
import {stat} from 'node:fs/promises';
import {fileError, systemCode} from './fileError.ts';

/**
 * Whether there is a file or folder; a link that leads nowhere is none. Throws a UserError where the system does not say, as in a
 * folder without permission.
 */
export async function fileExists(path: string): Promise<boolean> {
  return (await statIfThere(path)) !== null;
}

/** What the system knows about a file or folder; null where there is none. Throws a UserError where it does not say. */
export async function statIfThere(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw fileError(path, 'this', error);
  }
}
