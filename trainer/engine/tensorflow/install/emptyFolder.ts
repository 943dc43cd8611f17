import {mkdir, rm} from 'node:fs/promises';

/** Makes a folder, or empties one that an interrupted installation left behind, perhaps with a process that still writes into it. */
export async function emptyFolder(path: string): Promise<void> {
  await removeFolder(path);
  await mkdir(path, {recursive: true});
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, {recursive: true, force: true, maxRetries: 5});
}
