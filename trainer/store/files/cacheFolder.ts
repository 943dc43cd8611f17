import {statSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {UserError} from '../../contract/errors.ts';

export interface CacheFolder {
  path: string;
  /** Why the folder may not last, when it may not. */
  warning?: string;
}

/**
 * The per-user cache: `DEME_CACHE`, else `XDG_CACHE_HOME/deme-studio`, else `~/.cache/deme-studio`.
 * Without a home folder (some containers) it lies in the temporary folder, which the next boot may empty.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): CacheFolder {
  if (environment.DEME_CACHE) return {path: resolve(environment.DEME_CACHE)};
  if (environment.XDG_CACHE_HOME) return {path: join(environment.XDG_CACHE_HOME, 'deme-studio')};
  const home = environment.HOME ?? accountHome();
  if (home) return {path: join(home, '.cache', 'deme-studio')};
  const path = join(tmpdir(), `deme-studio-${process.getuid?.() ?? 'user'}`);
  requireOwn(path);
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

/** Everybody may write to the temporary folder, and what is installed in the cache is run. */
function requireOwn(path: string): void {
  const owner = statSync(path, {throwIfNoEntry: false})?.uid;
  if (owner === undefined || owner === process.getuid?.()) return;
  throw new UserError('cache-not-yours', 'The cache folder belongs to another user.', {
    where: path,
    hint: 'Set DEME_CACHE to a folder of your own.',
  });
}
