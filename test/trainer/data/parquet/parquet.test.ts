import {copyFile, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import type {ImageSource} from '../../../../trainer/data/dataset.ts';
import {parquetImages, type ParquetSettings} from '../../../../trainer/data/parquet/parquet.ts';
import {filesEnding, walkFiles} from '../../../../trainer/data/walkFiles.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/parquet/', import.meta.url));
const struct = join(fixtures, 'struct');
const snappy = join(struct, 'train-00000-of-00002.parquet');
const zstd = join(struct, 'train-00001-of-00002.parquet');
const corrupt = join(fixtures, 'bytes', 'corrupt.parquet');

const settings = {resolution: 6, channels: 3, corrupt: 'stop', column: 'image'} as const;
const never = (message: string): void => expect.unreachable(message);

async function openParquet(
  path: string,
  how: ParquetSettings,
  onSkip: (message: string) => void,
): Promise<ImageSource> {
  return parquetImages(filesEnding(await walkFiles(path, onSkip), '.parquet', path), how, onSkip);
}

/** Image i of the fixtures, see their README. */
function expectedImage(i: number): Uint8Array {
  const at = (byte: number): number => {
    const [y, x, c] = [Math.floor(byte / 18), Math.floor(byte / 3) % 6, byte % 3];
    return i * 40 + y * 11 + x * 3 + c * 50;
  };
  return Uint8Array.from({length: 108}, (_, byte) => at(byte) % 256);
}

describe('parquetImages', () => {
  it.each([
    ['snappy', snappy, 0, 7],
    ['zstd', zstd, 7, 4],
    ['a folder of both', struct, 0, 11],
  ])('reads every image of a struct column: %s', async (_, path, first, size) => {
    const source = await openParquet(path, settings, never);
    expect([source.size, source.shape]).toEqual([size, [6, 6, 3]]);
    const images = await Promise.all(Array.from({length: size}, (_, i) => source.read(i)));
    images.forEach((pixels, i) => expect(pixels).toEqual(expectedImage(first + i)));
  });

  it.each(['DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY'].flatMap((name) => [`${name}-1.0`, `${name}-2.0`]))(
    'reads the encoding %s',
    async (name) => {
      const path = join(fixtures, 'encodings', `${name}.parquet`);
      const source = await openParquet(path, {...settings, corrupt: 'skip'}, () => undefined);
      const images = await Promise.all(Array.from({length: 6}, (_, i) => source.read(i)));
      expect(images).toEqual([0, 1, 2, null, 4, 5].map((i) => (i === null ? null : expectedImage(i))));
    },
  );

  it.each([
    ['view.front', 0],
    ['a.b', 4],
  ])('reads a column in a struct, and one whose name has a dot: %s', async (column, first) => {
    const source = await openParquet(join(fixtures, 'columns.parquet'), {...settings, column}, never);
    expect([await source.read(0), await source.read(1)]).toEqual([expectedImage(first), expectedImage(first + 1)]);
  });

  it('reads in any order', async () => {
    const source = await openParquet(struct, settings, never);
    for (const i of [10, 2, 6, 3, 2, 8]) expect(await source.read(i)).toEqual(expectedImage(i));
  });

  it('reads nothing but the footer before an image is asked for, and then only its row group', async () => {
    const file = join(await temporaryFolder(), 'holed.parquet');
    const bytes = await readFile(snappy);
    // The pages of the first row group lie right behind the magic bytes.
    bytes.fill(0xff, 4, 200);
    await writeFile(file, bytes);
    const source = await openParquet(file, settings, never);
    expect(await source.read(3)).toEqual(expectedImage(3));
    await expect(source.read(0)).rejects.toMatchObject({code: 'image-corrupt', where: `${file}, row 0`});
  });

  it('has a fingerprint of the content, wherever the file lies', async () => {
    const folder = join(await temporaryFolder(), 'other');
    await mkdir(folder);
    await copyFile(snappy, join(folder, 'copy.parquet'));
    const print = async (path: string): Promise<string> => (await openParquet(path, settings, never)).fingerprint;
    expect(await print(folder)).toBe(await print(snappy));
    expect(new Set([await print(snappy), await print(zstd), await print(struct)]).size).toBe(3);
  });
});

describe('corrupt rows', () => {
  const bytes = {...settings, column: 'picture'} as const;

  it('stop with the file, the row and the reason', async () => {
    const source = await openParquet(corrupt, bytes, never);
    expect(await source.read(1)).toEqual(expectedImage(1));
    await expect(source.read(2)).rejects.toMatchObject({code: 'image-corrupt', where: `${corrupt}, row 2`});
    await expect(source.read(3)).rejects.toThrow('the row holds no image bytes');
  });

  it('are skipped where the config says so', async () => {
    const messages: string[] = [];
    const source = await openParquet(corrupt, {...bytes, corrupt: 'skip'}, (message) => messages.push(message));
    expect([await source.read(2), await source.read(3)]).toEqual([null, null]);
    expect(await source.read(4)).toEqual(expectedImage(4));
    expect(messages).toHaveLength(2);
    expect(messages[0]).toBe(
      `${corrupt}, row 2 is skipped: it is not a PNG, JPEG, WebP, GIF, TIFF, AVIF or BMP image.`,
    );
  });
});

describe('damaged pages', () => {
  /** The pages of the first row group, images 0 to 2, lie right behind the magic bytes. */
  async function holed(): Promise<string> {
    const file = join(await temporaryFolder(), 'holed.parquet');
    const bytes = await readFile(snappy);
    bytes.fill(0xff, 4, 200);
    await writeFile(file, bytes);
    return file;
  }

  it('are skipped with one message for all rows that they hold, and read once', async () => {
    const file = await holed();
    const messages: string[] = [];
    const source = await openParquet(file, {...settings, corrupt: 'skip'}, (message) => messages.push(message));
    expect(await Promise.all([0, 1, 2, 0].map((i) => source.read(i)))).toEqual([null, null, null, null]);
    await writeFile(file, await readFile(snappy));
    expect(await source.read(1)).toBeNull();
    expect(await source.read(3)).toEqual(expectedImage(3));
    expect(messages).toEqual([expect.stringMatching(/^.*holed\.parquet, rows 0 to 2 are skipped: .*\.$/)]);
  });

  it('in an encoding that only they tell are a fault of the file', async () => {
    const file = join(await temporaryFolder(), 'odd.parquet');
    const bytes = await readFile(corrupt);
    // In the header of the data page: five values, encoded as RLE_DICTIONARY, with levels as RLE twice.
    const at = bytes.indexOf(Buffer.of(0x15, 0x0a, 0x15, 0x10, 0x15, 0x06, 0x15, 0x06));
    expect(at).toBeGreaterThan(0);
    bytes[at + 3] = 0x0a;
    await writeFile(file, bytes);
    const source = await openParquet(file, {...settings, column: 'picture', corrupt: 'skip'}, never);
    await expect(source.read(0)).rejects.toMatchObject({
      code: 'data-unsupported',
      message:
        'The column "picture" of this parquet file cannot be read: the encoding 5 of its pages is not supported.',
    });
  });
});

describe('parquet mistakes', () => {
  it.each([
    ['a missing column', {...settings, column: 'picture'}, 'There is no column "picture".'],
    ['a column of numbers', {...settings, column: 'label'}, 'The column "label" holds no image bytes.'],
  ])('names the columns for %s', async (_, wrong, message) => {
    const opening = openParquet(struct, wrong, never);
    await expect(opening).rejects.toMatchObject({
      message,
      where: snappy,
      hint: expect.stringContaining('image, label') as string,
    });
  });

  it.each([
    ['images', 'holds lists, not one image in each row', 'Set data.column to view.front or a.b.'],
    ['text', 'holds no image bytes', 'Set data.column to view.front or a.b.'],
    ['view', 'holds no image bytes', 'Set data.column to view.front or a.b.'],
    ['view.name', 'holds no image bytes', 'Set data.column to view.front or a.b.'],
  ])('says which columns hold images in place of %s', async (column, problem, hint) => {
    await expect(openParquet(join(fixtures, 'columns.parquet'), {...settings, column}, never)).rejects.toMatchObject({
      message: `The column "${column}" ${problem}.`,
      hint: `${hint} The columns are images, text, view, a.b.`,
    });
  });

  it('says how to write the data where no column holds images', async () => {
    await expect(
      openParquet(join(fixtures, 'lists.parquet'), {...settings, column: 'images'}, never),
    ).rejects.toMatchObject({hint: 'Write the data with one image in each row. The columns are images, text.'});
  });

  it('refuses a file that is cut or no parquet file', async () => {
    const folder = await temporaryFolder();
    const cut = join(folder, 'cut.parquet');
    await writeFile(cut, (await readFile(snappy)).subarray(0, 2000));
    await expect(openParquet(cut, settings, never)).rejects.toMatchObject({code: 'data-invalid', where: cut});
    const text = join(folder, 'text.parquet');
    await writeFile(text, 'version https://git-lfs.github.com/spec/v1');
    await expect(openParquet(text, settings, never)).rejects.toMatchObject({code: 'data-invalid', where: text});
  });

  it('refuses a path without parquet files', async () => {
    const folder = await temporaryFolder();
    await expect(openParquet(folder, settings, never)).rejects.toMatchObject({code: 'data-empty'});
    await expect(openParquet(join(folder, 'gone'), settings, never)).rejects.toMatchObject({code: 'data-missing'});
  });
});

describe('a parquet file whose footer lies', () => {
  /** The fixture without compression, a sequence of its bytes replaced by another of the same length. */
  async function edited(from: readonly number[], to: readonly number[], occurrence = 0): Promise<string> {
    const file = join(await temporaryFolder(), 'lying.parquet');
    const bytes = await readFile(corrupt);
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    let at = bytes.indexOf(Buffer.from(from), footer);
    for (let i = 0; i < occurrence; i++) at = bytes.indexOf(Buffer.from(from), at + 1);
    expect(at).toBeGreaterThan(0);
    bytes.set(to, at);
    await writeFile(file, bytes);
    return file;
  }

  const open = (file: string) => openParquet(file, {...settings, column: 'picture', corrupt: 'skip'}, () => undefined);

  it('about its own length is refused', async () => {
    const file = join(await temporaryFolder(), 'long.parquet');
    const bytes = await readFile(corrupt);
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
    await writeFile(file, bytes);
    await expect(open(file)).rejects.toMatchObject({
      code: 'data-invalid',
      where: file,
      message: 'This parquet file cannot be read: its footer claims 2147483647 bytes.',
    });
  });

  it('about the length of a list is refused before the list is made', async () => {
    // The list of the schema: two structures become 2^28, in as many bytes.
    await expect(open(await edited([0x19, 0x2c], [0x19, 0xfc]))).rejects.toMatchObject({code: 'data-invalid'});
  });

  it.each([
    // The list of encodings: PLAIN becomes BYTE_STREAM_SPLIT.
    [
      'an encoding',
      [0x19, 0x35, 0x00, 0x06],
      [0x19, 0x35, 0x12, 0x06],
      'the encoding BYTE_STREAM_SPLIT is not supported',
    ],
    // Behind the path in the schema: the codec 0 becomes LZO.
    [
      'a compression',
      [0x70, 0x69, 0x63, 0x74, 0x75, 0x72, 0x65, 0x15, 0x00],
      [0x70, 0x69, 0x63, 0x74, 0x75, 0x72, 0x65, 0x15, 0x06],
      'the compression LZO is not supported',
    ],
  ])('in %s that is not known is refused once, as a fault of the file', async (_, from, to, reason) => {
    const file = await edited(from, to);
    await expect(open(file)).rejects.toMatchObject({
      code: 'data-unsupported',
      where: file,
      message: `The column "picture" of this parquet file cannot be read: ${reason}.`,
    });
  });

  it('says so where it is encrypted', async () => {
    const file = await edited([0x50, 0x41, 0x52, 0x31], [0x50, 0x41, 0x52, 0x45]);
    await expect(open(file)).rejects.toMatchObject({
      code: 'data-unsupported',
      message: 'This parquet file is encrypted.',
    });
  });

  it('about its rows is refused', async () => {
    const file = join(await temporaryFolder(), 'rows.parquet');
    const bytes = await readFile(corrupt);
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    // A row group ends with the number of its rows, 5 as 0x16 0x0a: one more byte makes it a million.
    const at = bytes.lastIndexOf(Buffer.of(0x16, 0x0a));
    const longer = Buffer.concat([bytes.subarray(0, at), Buffer.of(0x16, 0x80, 0x89, 0x7a), bytes.subarray(at + 2)]);
    longer.writeUInt32LE(bytes.readUInt32LE(bytes.length - 8) + 2, longer.length - 8);
    expect(at).toBeGreaterThan(footer);
    await writeFile(file, longer);
    await expect(open(file)).rejects.toThrow('its footer places 1000000 rows where they do not fit');
  });
});
