import {stat as statOf, type Dirent, type Stats} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {extname, join} from 'node:path';
import {promisify} from 'node:util';
import {UserError} from '../contract/errors.ts';

export interface FoundFile {
  readonly path: string;
  /** Relative to the folder that was walked, with forward slashes on every system; empty where that is a file itself. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change in milliseconds. */
  readonly modified: number;
}

/**
 * The plain files at or below `root`, sorted by the code units of their names, so that the order is the same everywhere. Hidden names are
 * left out. Links are followed, but every folder is walked once: loops of links end, and so do folders that multiply through links.
 *
 * What cannot be read is left out, and `onLeftOut` gets a sentence for each kind of trouble that names where it was met. Throws a
 * `UserError` only where `root` itself cannot be read.
 */
export async function walkFiles(root: string, onLeftOut: (message: string) => void): Promise<FoundFile[]> {
  const stats = await stat(root).catch((cause: unknown) => unreadableRoot(root, cause));
  if (stats.isFile()) return [foundFile(root, '', stats)];
  const walk = new Walk();
  await walk.folder(root, '').catch((cause: unknown) => unreadableRoot(root, cause));
  for (const message of walk.troubles()) onLeftOut(message);
  return walk.files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The files with an ending, such as `.tar`, of those found at or below `root`; a file that is named itself may be called anything. Throws a
 * `UserError` where there are none.
 */
export function filesEnding(found: readonly FoundFile[], ending: string, root: string): FoundFile[] {
  const files = found.filter((file) => file.name === '' || endingOf(file) === ending);
  if (files.length > 0) return files;
  throw new UserError('data-empty', `There are no ${ending} files in this folder.`, {
    where: root,
    hint: 'Check data.path; for a folder of pictures set data.kind to images.',
  });
}

/** `.png` of `a/B.PNG`; empty where there is none. */
export function endingOf({path}: Pick<FoundFile, 'path'>): string {
  return extname(path).toLowerCase();
}

/** Takes a third of the time of the `stat` that returns promises itself. */
const stat = promisify(statOf);
/** Files that are looked at together: many more only cost memory. */
const batch = 256;
/** Places that a sentence names at most. */
const named = 3;

class Walk {
  readonly files: FoundFile[] = [];
  readonly #walked = new Set<string>();
  /** What went wrong, and where. */
  readonly #troubles = new Map<string, string[]>();

  async folder(path: string, prefix: string): Promise<void> {
    const {dev, ino} = await stat(path, {bigint: true});
    const identity = `${dev}:${ino}`;
    if (this.#walked.has(identity)) return;
    this.#walked.add(identity);
    const entries = (await readdir(path, {withFileTypes: true}))
      .filter(({name}) => !name.startsWith('.'))
      // A folder has the name that it has without links, wherever it is linked as well.
      .sort((a, b) => Number(a.isSymbolicLink()) - Number(b.isSymbolicLink()) || (a.name < b.name ? -1 : 1));
    for (let start = 0; start < entries.length; start += batch) {
      const part = entries.slice(start, start + batch);
      const found = await Promise.all(part.map((entry) => this.#statsOf(path, entry)));
      for (const [i, {name}] of part.entries()) {
        const entryStats = found[i];
        if (entryStats) await this.#visit(join(path, name), prefix + name, entryStats);
      }
    }
  }

  /** Sentences about what was left out, places in order. */
  troubles(): string[] {
    return [...this.#troubles].map(([reason, met]) => {
      // Files are looked at side by side, so they come in any order.
      const places = met.sort();
      const rest = places.length - named;
      const more = rest > 0 ? ` and ${rest} more` : '';
      return `Left out of the data: ${places.slice(0, named).join(', ')}${more} (${reason}).`;
    });
  }

  async #visit(path: string, name: string, stats: Stats): Promise<void> {
    if (stats.isFile()) this.files.push(foundFile(path, name, stats));
    else if (!stats.isDirectory()) this.#leaveOut(path, 'neither a file nor a folder');
    else {
      await this.folder(path, `${name}/`).catch((error: NodeJS.ErrnoException) => {
        this.#leaveOut(path, `the folder cannot be read: ${error.code ?? error.message}`);
      });
    }
  }

  async #statsOf(folder: string, entry: Dirent): Promise<Stats | null> {
    const path = join(folder, entry.name);
    return stat(path).catch((error: NodeJS.ErrnoException) => {
      this.#leaveOut(path, reasonOf(entry, error));
      return null;
    });
  }

  #leaveOut(path: string, reason: string): void {
    const places = this.#troubles.get(reason) ?? [];
    places.push(path);
    this.#troubles.set(reason, places);
  }
}

function foundFile(path: string, name: string, {size, mtimeMs}: Stats): FoundFile {
  return {path, name, size, modified: mtimeMs};
}

function reasonOf(entry: Dirent, {code, message}: NodeJS.ErrnoException): string {
  if (code === 'ELOOP') return 'a link that leads to itself';
  if (code !== 'ENOENT') return `it cannot be read: ${code ?? message}`;
  if (entry.isSymbolicLink()) return 'a link that leads nowhere';
  // What is no UTF-8 reads as replacement characters, and no file has that name.
  return entry.name.includes('\ufffd') ? 'its name is not UTF-8' : 'gone while the folder was read';
}

function unreadableRoot(root: string, cause: unknown): never {
  throw new UserError('data-missing', 'This file or folder of the data cannot be read.', {
    where: root,
    hint: 'Check data.path: a relative path starts at the folder of the config.',
    cause,
  });
}
