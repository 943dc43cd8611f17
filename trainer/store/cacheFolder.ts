import {homedir} from 'node:os';
import {join} from 'node:path';

/** The per-user cache: `DEME_CACHE`, else `XDG_CACHE_HOME/deme-studio`, else `~/.cache/deme-studio`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.DEME_CACHE) return environment.DEME_CACHE;
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'deme-studio');
  return join(environment.HOME ?? homedir(), '.cache', 'deme-studio');
}
