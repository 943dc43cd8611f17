import {open, readFile, stat} from 'node:fs/promises';
import {UserError} from '../../contract/errors.ts';

/**
 * Checks that `path` is a plain file of at most `limit` bytes before anybody opens it: a pipe would wait for its writer for ever, and a
 * device never ends. Links are followed, as the cache of a hub is made of them.
 */
export async function requireRegularFile(path: string, limit = Infinity): Promise<void> {
  const stats = await stat(path);
  if (!stats.isFile()) throw new UserError('file-odd', 'This is not a plain file, so it is not opened.', {where: path});
  if (stats.size <= limit) return;
  throw new UserError('file-too-large', `The file has ${stats.size} bytes; at most ${limit} are read.`, {where: path});
}

/** The content of a plain file of at most `limit` bytes. */
export async function readRegularFile(path: string, limit: number): Promise<Buffer> {
  await requireRegularFile(path, limit);
  return readFile(path);
}

/** The first `count` bytes of a plain file, or as many as it has; null for anything that cannot be read. */
export async function firstBytes(path: string, count: number): Promise<Buffer | null> {
  try {
    await requireRegularFile(path);
    const file = await open(path, 'r');
    try {
      const {bytesRead, buffer} = await file.read(Buffer.alloc(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}
