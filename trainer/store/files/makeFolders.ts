import {mkdirSync} from 'node:fs';
import {join, relative, resolve, sep} from 'node:path';

const places = new Set<string>();

/**
 * Notes that this process works in a folder that is there. Should it be renamed or deleted, nothing here makes another one of its name
 * with a part of the content: to make folders below it is then refused by the system.
 */
export function keepPlace(folder: string): void {
  places.add(resolve(folder));
}

/** Makes a folder and those above it that are missing; returns the outermost one that it made, undefined where all were there. */
export function makeFolders(path: string): string | undefined {
  const target = resolve(path);
  const place = [...places].find((each) => target.startsWith(each + sep));
  if (place === undefined) return mkdirSync(target, {recursive: true});
  let [folder, first]: [string, string?] = [place];
  for (const name of relative(place, target).split(sep)) {
    folder = join(folder, name);
    if (makeFolder(folder)) first ??= folder;
  }
  return first;
}

/** Makes a folder in one that is there; false where it is there already. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
