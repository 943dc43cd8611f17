import {createHash, type Hash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';

/** SHA-256 of a file's content, lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  return digestFile(path, createHash('sha256'));
}

/** Any hash of a file's content, after what `hash` was fed before; lower-case hex. */
export async function digestFile(path: string, hash: Hash): Promise<string> {
  await pipeline(createReadStream(path, {highWaterMark: 1 << 20}), hash);
  return hash.digest('hex');
}

/** SHA-256 of text or bytes, lower-case hex. */
export function hashBytes(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
