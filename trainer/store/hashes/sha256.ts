import {createHash, type Hash} from 'node:crypto';
import {pipeline} from 'node:stream/promises';
import {fileError} from '../files/fileError.ts';
import {openRegular} from '../files/regularFile.ts';

/** SHA-256 of a plain file's content, lower-case hex. Throws a UserError where it cannot be read. */
export async function hashFile(path: string): Promise<string> {
  return digestFile(path, createHash('sha256'));
}

/** Any hash of a plain file's content, after what `hash` was fed before; lower-case hex. */
export async function digestFile(path: string, hash: Hash): Promise<string> {
  const {handle} = await openRegular(path);
  // The stream closes the file, also when it fails.
  await pipeline(handle.createReadStream({highWaterMark: 1 << 20}), hash).catch((error: unknown) => {
    throw fileError(path, 'the file', error);
  });
  return hash.digest('hex');
}

/** SHA-256 of text or bytes, lower-case hex. */
export function hashBytes(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
