import {chmod, readFile, readdir, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, expect, it, vi} from 'vitest';
import {knownHash} from '../../../../trainer/store/hashes/knownHash.ts';
import {hashBytes} from '../../../../trainer/store/hashes/sha256.ts';
import {asOtherUser} from '../../../helpers/machine/otherUser.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const large = 1 << 24;
/** Seconds since 1970: a file of long ago. */
const longAgo = 1_500_000_000;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function cached(): Promise<{folder: string; hashes: string}> {
  const [folder, cache] = [await temporaryFolder(), await temporaryFolder()];
  vi.stubEnv('DEME_CACHE', cache);
  return {folder, hashes: join(cache, 'hashes')};
}

/** A clock that says that every file has rested for a minute. */
function later(): void {
  const now = Date.now();
  vi.spyOn(Date, 'now').mockReturnValue(now + 60_000);
}

it('keeps the hash of a large file that rests, and hashes anew what has changed though its size and time are the same', async () => {
  const {folder, hashes} = await cached();
  later();
  const path = join(folder, 'weights');
  for (const value of [1, 2]) {
    const content = new Uint8Array(large).fill(value);
    await writeFile(path, content);
    await utimes(path, longAgo, longAgo);
    expect(await knownHash(path)).toBe(hashBytes(content));
    expect(await readdir(hashes)).toHaveLength(1);
  }
});

it('takes the hash from the record while the file stays as it was', async () => {
  const {folder, hashes} = await cached();
  later();
  const path = join(folder, 'weights');
  await writeFile(path, new Uint8Array(large));
  await knownHash(path);
  const record = join(hashes, (await readdir(hashes))[0] ?? '');
  const known = JSON.parse(await readFile(record, 'utf8')) as Record<string, unknown>;
  const sha256 = 'a'.repeat(64);
  await writeFile(record, JSON.stringify({...known, sha256}));
  expect(await knownHash(path)).toBe(sha256);
  await writeFile(record, '{"sha256": ');
  expect(await knownHash(path)).toBe(hashBytes(new Uint8Array(large)));
});

it('records nothing of a file that has just been written, of a small one, or where the cache cannot be written', async () => {
  const {folder, hashes} = await cached();
  const path = join(folder, 'weights');
  await writeFile(path, new Uint8Array(large));
  await knownHash(path);
  later();
  await writeFile(join(folder, 'small'), 'abc');
  expect(await knownHash(join(folder, 'small'))).toBe(hashBytes('abc'));
  await expect(readdir(hashes)).rejects.toMatchObject({code: 'ENOENT'});
  vi.stubEnv('DEME_CACHE', path);
  expect(await knownHash(path)).toBe(hashBytes(new Uint8Array(large)));
});

it('does without a cache that is closed to this user, or a part of which is', async () => {
  const {folder, hashes} = await cached();
  later();
  const path = join(folder, 'weights');
  await writeFile(path, new Uint8Array(large));
  const sha256 = await knownHash(path);
  await chmod(folder, 0o755);
  for (const closed of [hashes, join(hashes, '..')]) {
    await chmod(closed, 0);
    expect(await asOtherUser(() => knownHash(path))).toBe(sha256);
    await chmod(closed, 0o700);
  }
});
