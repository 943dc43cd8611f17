import {mkdir, rename, rm} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {explainWriteError, syncFolder, temporaryBeside} from './atomicFile.ts';
import {fileExists} from './fileExists.ts';
import {makeFolders} from './makeFolders.ts';

/**
 * Makes a folder that appears under its name only when `fill` has written all of it; one that was there is replaced. Missing parent
 * folders are made. The files inside must be flushed by `fill` (as `writeFileAtomic` does).
 */
export async function writeFolderAtomic(path: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const target = resolve(path);
  const temporary = temporaryBeside(target);
  try {
    await makeLasting(dirname(target));
    await mkdir(temporary);
    await fill(temporary);
    await moveInto(target, temporary);
  } catch (error) {
    await rm(temporary, {recursive: true, force: true});
    throw explainWriteError(path, error);
  }
}

/** Makes a folder and those above it that are missing, so that a power cut takes none of them away again. */
async function makeLasting(path: string): Promise<void> {
  const first = makeFolders(path);
  if (first === undefined) return;
  for (let made = path; made.length >= resolve(first).length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/**
 * A folder cannot be renamed over another that is not empty, so the old one steps aside first. It cannot always be removed while somebody
 * reads in it, as on a network disk; then it stays behind under its temporary name, for `removeAbandoned`.
 */
async function moveInto(path: string, temporary: string): Promise<void> {
  const aside = (await fileExists(path)) ? temporaryBeside(path) : null;
  if (aside !== null) await rename(path, aside);
  await rename(temporary, path);
  await syncFolder(dirname(path));
  if (aside !== null) await rm(aside, {recursive: true}).catch(() => undefined);
}
