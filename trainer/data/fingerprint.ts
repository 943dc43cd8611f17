import {createHash} from 'node:crypto';

/** SHA-256, in hex, over the parts in their order. A text part ends in a zero byte so that "a","b" is not "ab". */
export function fingerprintOf(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(part);
    if (typeof part === 'string') hash.update('\0');
  }
  return hash.digest('hex');
}
