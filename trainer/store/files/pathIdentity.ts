import type {Dirent} from 'node:fs';
import {lstat, readdir, realpath, stat} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {explainWriteError} from './atomicFile.ts';

/** Levels of folders that belong to a model: the pipeline and its components. */
const modelDepth = 2;

interface ApartOptions {
  /** Lets the output lie inside a folder of the input, as a run folder may. */
  readonly mayLieInside?: boolean;
}

/**
 * Refuses an output that is an input, is a folder around one, or lies inside one. Paths are compared by device and inode, because the
 * same file has many spellings: links to it or to a folder above it, hard links, `..`, another case, another mount.
 */
export async function requireApart(out: string, inputs: readonly string[], options: ApartOptions = {}): Promise<void> {
  const target = await placeOf(out);
  for (const input of inputs) {
    const relation = await relationTo(target, resolve(input), modelDepth);
    if (relation === null || (relation === 'inside' && options.mayLieInside === true)) continue;
    const problem = relation === 'inside' ? 'lie inside' : 'overwrite';
    throw new UserError('output-is-input', `The output would ${problem} an input.`, {
      where: out,
      hint: `Choose another output: this one leads to the input ${input}.`,
    });
  }
}

interface FreeOptions {
  readonly overwrite?: boolean;
  /** Whether what lies there was written by the same command, which then replaces it. */
  isOwn?(path: string): Promise<boolean>;
}

/** Refuses to replace what lies at `out`, be it only a link, unless the options allow it. */
export async function requireFree(out: string, {overwrite = false, isOwn}: FreeOptions): Promise<void> {
  if (overwrite || !(await isTaken(out)) || (await isOwn?.(out)) === true) return;
  throw new UserError('output-exists', 'Something lies here already, and would be lost.', {
    where: out,
    hint: 'Choose another output, or give --overwrite to replace it.',
  });
}

async function isTaken(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw explainWriteError(path, error);
    },
  );
}

interface Place {
  /** Identity of what lies there, behind links; null where nothing does. */
  readonly own: string | null;
  /** Identities of what lies there and of the folders above, both as the path is spelled and behind its links. */
  readonly around: ReadonlySet<string>;
}

async function placeOf(path: string): Promise<Place> {
  const spelled = resolve(path);
  const around = new Set<string>();
  await addFoldersAbove(spelled, around);
  await addFoldersAbove(await deepestReal(spelled), around);
  return {own: await identityOf(spelled), around};
}

async function addFoldersAbove(path: string, identities: Set<string>): Promise<void> {
  const identity = await identityOf(path);
  if (identity !== null) identities.add(identity);
  if (dirname(path) !== path) await addFoldersAbove(dirname(path), identities);
}

/** The path without links, up to where it exists. */
async function deepestReal(path: string): Promise<string> {
  return realpath(path).catch(() => (dirname(path) === path ? path : deepestReal(dirname(path))));
}

/** Device and inode; null for what is not there or cannot be looked at. */
async function identityOf(path: string): Promise<string | null> {
  const stats = await stat(path, {bigint: true}).catch(() => null);
  if (stats === null) return null;
  // Some network drives number nothing; there only the resolved path is left.
  return stats.ino === 0n ? realpath(path) : `${stats.dev}:${stats.ino}`;
}

type Relation = 'overwrites' | 'inside' | null;

/** How an output lies to an input, or to what the input holds `depth` levels below. Overwriting counts for more. */
async function relationTo(target: Place, input: string, depth: number): Promise<Relation> {
  const {own, around} = await placeOf(input);
  if (target.own !== null && around.has(target.own)) return 'overwrites';
  let relation: Relation = own !== null && target.around.has(own) ? 'inside' : null;
  if (depth === 0) return relation;
  for (const entry of await readdir(input, {withFileTypes: true}).catch(() => [])) {
    const below = await relationToEntry(target, entry, depth - 1);
    if (below === 'overwrites') return below;
    relation ??= below;
  }
  return relation;
}

async function relationToEntry(target: Place, entry: Dirent, depth: number): Promise<Relation> {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile()) return relationTo(target, path, depth);
  // The folders around a plain file are known by now, only a hard link is not.
  return target.own !== null && (await identityOf(path)) === target.own ? 'overwrites' : null;
}
