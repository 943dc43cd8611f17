import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import * as z from 'zod';

const NAME = 'deme-studio';
const Manifest = z.looseObject({name: z.string().optional()});

/**
 * Folder of the installed package: the nearest parent of this code whose `package.json` has our name.
 * The same from the sources (`trainer/`), from a bundle (`dist/`) and from an installed extension.
 */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (isPackage(folder)) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json of ${NAME} above ${start}`);
  }
}

function isPackage(folder: string): boolean {
  const file = join(folder, 'package.json');
  return existsSync(file) && Manifest.parse(JSON.parse(readFileSync(file, 'utf8'))).name === NAME;
}
