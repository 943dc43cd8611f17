import {lstatSync, mkdirSync, opendirSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';
import {systemCode} from './fileError.ts';

export interface CacheFolder {
  path: string;
  /** Why the folder may not last, when it may not. */
  warning?: string;
}

/**
 * The per-user cache: `DEME_CACHE`, else `XDG_CACHE_HOME/deme-studio`, else `~/.cache/deme-studio`.
 * Without a home folder (some containers) it lies in the temporary folder, which the next boot may empty.
 * Throws a UserError for a folder that is closed to this user, as one that was made with sudo may be.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): CacheFolder {
  const folder = locate(environment);
  try {
    opendirSync(folder.path).closeSync();
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw notYours(folder.path, cause);
  }
  return folder;
}

function locate(environment: NodeJS.ProcessEnv): CacheFolder {
  if (environment.DEME_CACHE) return {path: resolve(environment.DEME_CACHE)};
  if (environment.XDG_CACHE_HOME) return {path: join(environment.XDG_CACHE_HOME, 'deme-studio')};
  const home = environment.HOME ?? accountHome();
  if (home) return {path: join(home, '.cache', 'deme-studio')};
  const path = join(tmpdir(), `deme-studio-${process.getuid?.() ?? 'user'}`);
  makeOwn(path);
  return {
    path,
    warning: `There is no home folder, so models and engines are kept in ${path}; set DEME_CACHE to a lasting folder.`,
  };
}

/** Empty for a user without an account, where Node throws. */
function accountHome(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

/**
 * Makes a folder in the temporary folder, closed to others. Everybody may write there, and what is installed in the cache is run: a folder
 * or link that another user has put in its place is refused.
 */
function makeOwn(path: string): void {
  try {
    mkdirSync(path, {recursive: true, mode: 0o700});
  } catch (cause) {
    throw notYours(path, cause);
  }
  if (lstatSync(path).uid !== (process.getuid?.() ?? 0)) throw notYours(path);
}

function notYours(where: string, cause?: unknown): UserError {
  return new UserError('cache-not-yours', 'The cache folder belongs to another user, or is closed to this one.', {
    where,
    hint: 'Set DEME_CACHE to a folder of your own.',
    cause,
  });
}
