import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';

/** Bytes of all files below a folder; zero for what is not there, or is moved away while it is counted. */
export function bytesBelow(path: string): number {
  try {
    const entry = statSync(path);
    if (!entry.isDirectory()) return entry.size;
    return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0);
  } catch {
    return 0;
  }
}
