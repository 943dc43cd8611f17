import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {zipSync} from 'fflate';
import {describe, expect, it} from 'vitest';
import {openPositioned} from '../../../../trainer/store/files/positionedFile.ts';
import {openEntry, readEntry, readZipDirectory, type ZipEntry} from '../../../../trainer/store/files/zipFile.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {zipBytes} from '../torchArchive.ts';

const refused = {code: 'zip-invalid', message: 'The zip archive is damaged or cut off.'};
const zeros = new Uint8Array(1_000_000);
const deflated = Buffer.from(zipSync({a: zeros}, {level: 9}));

async function onDisk(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'a.zip');
  await writeFile(path, bytes);
  return path;
}

async function withEntries<T>(
  bytes: Uint8Array,
  use: (entries: ReadonlyMap<string, ZipEntry>, read: (name: string, limit: number) => Promise<Buffer>) => T,
): Promise<Awaited<T>> {
  const file = await openPositioned(await onDisk(bytes));
  try {
    const entries = await readZipDirectory(file);
    const entryOf = (name: string) => entries.get(name) ?? expect.unreachable(name);
    return await use(entries, (name, limit) => readEntry(file, entryOf(name), limit));
  } finally {
    await file.close();
  }
}

/** The archive with a number of its central directory's first entry replaced. */
function edited(bytes: Buffer, field: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, copy.indexOf('PK\x01\x02') + field);
  return copy;
}

const [packedSize, size, header] = [20, 24, 42];

describe('an entry of a zip archive', () => {
  it('is unpacked up to the limit that is asked for', async () => {
    await withEntries(deflated, async (_, read) => {
      expect((await read('a', 1_000_000)).equals(zeros)).toBe(true);
      await expect(read('a', 999_999)).rejects.toMatchObject(refused);
    });
  });

  it('that unpacks to more than the directory says ends there', async () => {
    await expect(withEntries(edited(deflated, size, 300_000), (_, read) => read('a', 1_000_000))).rejects.toMatchObject(
      refused,
    );
  });

  it('that is cut off or damaged inside ends with the same error, as a stream too', async () => {
    const damaged = Buffer.from(deflated).fill(0xff, 40, 200);
    await expect(withEntries(damaged, (_, read) => read('a', 1_000_000))).rejects.toMatchObject(refused);
    const file = await openPositioned(await onDisk(damaged));
    const entry = (await readZipDirectory(file)).get('a');
    await expect(buffer(await openEntry(file, entry ?? expect.unreachable('a')))).rejects.toMatchObject(refused);
    await file.close();
  });
});

describe('the directory of a zip archive is refused', () => {
  const two = Buffer.from(zipBytes({a: 'content of a', b: 'content of b'}));
  const wide = Buffer.from(zipBytes({a: 'content of a'}, true));
  const lyingWide = (at: number, value: bigint) => {
    const copy = Buffer.from(wide);
    copy.writeBigUInt64LE(value, copy.indexOf('PK\x01\x02') + 46 + 'a'.length + 4 + at);
    return copy;
  };
  const secondAtFirst = Buffer.from(two);
  secondAtFirst.writeUInt32LE(0, secondAtFirst.lastIndexOf('PK\x01\x02') + header);
  const end64 = (at: number, value: bigint) => {
    const copy = Buffer.from(wide);
    copy.writeBigUInt64LE(value, copy.indexOf('PK\x06\x06') + at);
    return copy;
  };

  it.each([
    ['two entries in one place', secondAtFirst],
    ['an entry that reaches into the next', edited(edited(two, size, 40), packedSize, 40)],
    ['a size that no compression reaches', edited(deflated, size, 2_000_000_000)],
    ['a header behind the end', edited(two, header, 5000)],
    [
      'the same name twice',
      Buffer.from(two).fill('a', two.lastIndexOf('PK\x01\x02') + 46, two.lastIndexOf('PK\x01\x02') + 47),
    ],
    ['a 64-bit place behind the end', lyingWide(16, 2n ** 63n)],
    ['a 64-bit length of the directory', end64(40, 2n ** 62n)],
    ['a 64-bit place of the directory', end64(48, 2n ** 64n - 1n)],
    ['no end', two.subarray(0, -22)],
    ['no entries where some are promised', Buffer.from(two).fill(0, two.indexOf('PK\x01\x02'), two.length - 22)],
  ])('with %s', async (_, bytes) => {
    await expect(withEntries(bytes, () => undefined)).rejects.toMatchObject(refused);
  });

  it('with 64-bit sizes that the file cannot hold, when the entry is read', async () => {
    await expect(withEntries(lyingWide(0, 2n ** 60n), (_, read) => read('a', 100))).rejects.toMatchObject({
      name: 'UserError',
    });
    await expect(withEntries(lyingWide(8, 2n ** 60n), (_, read) => read('a', 100))).rejects.toMatchObject({
      name: 'UserError',
    });
  });

  it('as a stored archive is read that is whole', async () => {
    const text = await withEntries(two, async (_, read) => (await read('b', 100)).toString());
    expect(text).toBe('content of b');
  });
});
