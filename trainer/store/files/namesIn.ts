import type {Dirent} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileError, systemCode} from './fileError.ts';

/** Names of what lies in a folder, in no order; none where there is no such folder. Throws a UserError where it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await entriesIn(folder)).map(({name}) => name);
}

/** Like `namesIn`, with what each entry is; links are not followed. */
export async function entriesIn(folder: string): Promise<Dirent[]> {
  return readdir(folder, {withFileTypes: true}).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError(folder, 'the folder', error);
  });
}

/** Paths of all plain files below a folder, in no order; none where there is no such folder. Throws a UserError as `namesIn` does. */
export async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await entriesIn(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}
