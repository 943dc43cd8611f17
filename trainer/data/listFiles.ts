import {readdir, realpath, stat} from 'node:fs/promises';
import {extname, join} from 'node:path';
import {UserError} from '../contract/errors.ts';

export interface ListedFile {
  readonly path: string;
  /** Relative to the folder that was listed, with forward slashes on every system. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * All files below `folder` with one of the endings (lower case, with the dot), sorted by the code units of their names,
 * so that the order is the same everywhere. Links are followed, loops of them not; names that begin with a dot are left out.
 */
export async function listFiles(folder: string, endings: readonly string[]): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  await walk(folder, '', new Set(), endings, found);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function walk(
  folder: string,
  prefix: string,
  above: ReadonlySet<string>,
  endings: readonly string[],
  found: ListedFile[],
): Promise<void> {
  const real = await realpath(folder).catch((cause: unknown) => missing(folder, cause));
  if (above.has(real)) return;
  const entries = await readdir(folder).catch((cause: unknown) => missing(folder, cause));
  const visible = entries.filter((entry) => !entry.startsWith('.'));
  const visit = async (entry: string): Promise<void> => {
    const path = join(folder, entry);
    const name = prefix + entry;
    const stats = await stat(path).catch((cause: unknown) => missing(path, cause));
    if (stats.isDirectory()) await walk(path, `${name}/`, new Set([...above, real]), endings, found);
    // Pipes and devices are no images, whatever they are called.
    else if (stats.isFile() && endings.includes(extname(entry).toLowerCase()))
      found.push({path, name, size: stats.size});
  };
  await Promise.all(visible.map(visit));
}

function missing(path: string, cause: unknown): never {
  throw new UserError('data-missing', 'This file or folder of the data cannot be read.', {
    where: path,
    hint: 'Check data.path: a relative path starts at the folder of the config.',
    cause,
  });
}
