import {mkdir, realpath, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {nullForUserError} from '../../contract/errors.ts';
import {KnownHash} from '../../contract/knownHash.ts';
import {cacheFolder} from '../files/cacheFolder.ts';
import {readJson, writeJsonAtomic} from '../files/jsonFile.ts';
import {hashInThread} from './hashThread.ts';
import {hashBytes, hashFile} from './sha256.ts';

/** Below this a file is hashed in less time than it takes to look up what is known of it. */
const worthKnowing = 1 << 24;
/** A file that has changed so recently may change again within the same tick of the file system's clock. In nanoseconds. */
const settled = 2_000_000_000n;

/**
 * SHA-256 of a file's content, lower-case hex, from the per-user cache where the file has not changed since it was hashed: same path,
 * size, inode and times, as version control systems decide it. For naming inputs; what guards against damage hashes the content anew.
 */
export async function knownHash(path: string): Promise<string> {
  const before = await stampOf(path);
  if (before.size < worthKnowing) return hashFile(path);
  const real = await realpath(path);
  const record = recordOf(real);
  const known = record === null ? null : await readKnown(record);
  if (known?.path === real && known.stamp === before.stamp) return known.sha256;
  // What has gone wrong in the thread is told as by the hash that is computed here.
  const sha256 = await hashInThread(path).catch(() => hashFile(path));
  const after = await stampOf(path);
  if (record !== null && after.stamp === before.stamp && after.isSettled)
    await keep(record, {format: 1, path: real, stamp: after.stamp, sha256});
  return sha256;
}

async function stampOf(path: string): Promise<{size: number; stamp: string; isSettled: boolean}> {
  const {size, ino, mtimeNs, ctimeNs} = await stat(path, {bigint: true});
  const age = BigInt(Date.now()) * 1_000_000n - ctimeNs;
  return {size: Number(size), stamp: [size, ino, mtimeNs, ctimeNs].join(' '), isSettled: age > settled};
}

/** Where the hash of a file is kept; null where the cache is closed to this user. */
function recordOf(path: string): string | null {
  try {
    return join(cacheFolder().path, 'hashes', `${hashBytes(path)}.json`);
  } catch (error) {
    return nullForUserError(error);
  }
}

/** A record that is missing, damaged or of a later version is as good as none: the file is hashed and the record replaced. */
async function readKnown(record: string): Promise<KnownHash | null> {
  return readJson(record, KnownHash, 'a known hash').catch(nullForUserError);
}

/** A cache that cannot be written, as in a read-only home folder, only costs the time of hashing again. */
async function keep(record: string, known: KnownHash): Promise<void> {
  await mkdir(join(record, '..'), {recursive: true})
    .then(() => writeJsonAtomic(record, known))
    .catch(() => undefined);
}
