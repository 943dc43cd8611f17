import {brotliCompressSync, gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import {readPages, type ColumnPages} from '../../../../trainer/data/parquet/parquetPages.ts';
import {delta, dictionary, levels, page, plain, run, thrift, uint32, varint} from '../parquetChunk.ts';

const column = (rows: number, more: Partial<ColumnPages> = {}): ColumnPages => ({
  codec: 'UNCOMPRESSED',
  levels: 0,
  isList: false,
  rows,
  values: rows,
  bytes: 1000,
  ...more,
});

const texts = (chunk: Buffer, of: ColumnPages) =>
  readPages(chunk, of).map((value) => (value === null ? null : Buffer.from(value).toString()));

describe('readPages', () => {
  it('reads plain values of several pages', () => {
    const chunk = Buffer.concat([page(plain('a', 'bc'), {count: 2}), page(plain(''), {count: 1})]);
    expect(texts(chunk, column(3))).toEqual(['a', 'bc', '']);
  });

  it('puts null where the levels say so', () => {
    const content = Buffer.concat([
      levels(Buffer.concat([run(1, 2), run(1, 1), run(1, 0), run(1, 2)])),
      plain('a', 'b'),
    ]);
    expect(texts(page(content, {count: 4}), column(4, {levels: 2}))).toEqual(['a', null, null, 'b']);
  });

  it('looks values up in a dictionary, in runs and packed by bits', () => {
    // One group of eight numbers of three bits each, the first in the lowest bits; then three times 4.
    const packed = Buffer.of(3, 0, 0, 0);
    packed.writeUIntLE(0o21043210, 1, 3);
    const content = Buffer.concat([Buffer.of(3), packed, run(3, 4)]);
    const chunk = Buffer.concat([
      dictionary(plain('a', 'b', 'c', 'd', 'e'), 5),
      page(content, {count: 11, encoding: 8}),
    ]);
    expect(texts(chunk, column(11))).toEqual([...'abcdeabc', 'e', 'e', 'e']);
  });

  it.each([
    ['GZIP', gzipSync],
    ['BROTLI', brotliCompressSync],
  ] as const)('unpacks %s', (codec, pack) => {
    const content = plain('a'.repeat(500));
    expect(texts(page(content, {count: 1}, pack(content)), column(1, {codec}))).toEqual(['a'.repeat(500)]);
  });

  it('reads lengths in front of all values, over several blocks of numbers', () => {
    const values = Array.from({length: 300}, (_, i) => 'x'.repeat((i * 37) % 90));
    const content = Buffer.concat([delta(values.map(({length}) => length)), Buffer.from(values.join(''))]);
    expect(texts(page(content, {count: 300, encoding: 6}), column(300, {bytes: 100_000}))).toEqual(values);
  });

  it('reads values that share their beginning with the one before', () => {
    const content = Buffer.concat([delta([0, 3, 2, 4]), delta([3, 1, 2, 0]), Buffer.from('abcdxy')]);
    expect(texts(page(content, {count: 4, encoding: 7}), column(4))).toEqual(['abc', 'abcd', 'abxy', 'abxy']);
  });

  it('reads version 2, whose levels are not compressed', () => {
    const [runs, content] = [Buffer.concat([run(1, 0), run(2, 1)]), plain('a', 'b')];
    const bytes = Buffer.concat([runs, gzipSync(content)]);
    const data = {1: 3, 2: 1, 3: 3, 4: 0, 5: runs.length, 6: 0, 7: true};
    const header = thrift({1: 3, 2: runs.length + content.length, 3: bytes.length, 8: data});
    expect(texts(Buffer.concat([header, bytes]), column(3, {levels: 1, codec: 'GZIP'}))).toEqual([null, 'a', 'b']);
  });
});

describe('a column chunk is refused', () => {
  const one = plain('a');
  const gzip = {codec: 'GZIP'};
  /** A run of 2^31 - 1 levels. */
  const endless = levels(Buffer.concat([varint(2 ** 32 - 2), Buffer.of(1)]));
  it.each<[string, Buffer, Partial<ColumnPages>, string]>([
    [
      'a page longer than the chunk',
      page(one, {count: 1, packed: 2 ** 31 - 1}),
      {},
      'says that it has 2147483647 where at most 5 fit',
    ],
    ['a negative length', page(one, {count: 1, packed: -5}), {}, 'says that it has -5 where'],
    [
      'a page that unpacks to more than the column',
      page(one, {count: 1, unpacked: 2 ** 31 - 1}, gzipSync(one)),
      gzip,
      'says that it has 2147483647 where at most 1000 fit',
    ],
    [
      'a page that unpacks to more than it says',
      page(one, {count: 1}, gzipSync(Buffer.alloc(10_000_000))),
      gzip,
      'Cannot create a Buffer larger than 5 bytes',
    ],
    ['more values than rows', page(plain('a', 'b'), {count: 2}), {}, 'says that it has 2 where at most 1 fit'],
    ['fewer values than it says', page(Buffer.alloc(0), {count: 1}), {}, 'a page is cut off'],
    ['a value longer than its page', page(uint32(2 ** 32 - 1), {count: 1}), {}, 'a page is cut off'],
    ['levels longer than their page', page(uint32(2 ** 32 - 1), {count: 1}), {levels: 1}, 'a page is cut off'],
    ['an empty run', page(Buffer.concat([levels(run(0, 1)), one]), {count: 1}), {levels: 1}, 'an empty run'],
    ['a bit-packed group that is not there', page(levels(Buffer.of(3)), {count: 1}), {levels: 1}, 'it is cut off'],
    [
      'an index outside of the dictionary',
      Buffer.concat([dictionary(one, 1), page(Buffer.concat([Buffer.of(1), run(1, 1)]), {count: 1, encoding: 8})]),
      {},
      'a value is not in the dictionary',
    ],
    ['a negative length', page(delta([-1]), {count: 1, encoding: 6}), {}, 'a page is cut off'],
    ['a length beyond its page', page(delta([9]), {count: 1, encoding: 6}), {}, 'a page is cut off'],
    [
      'other lengths than values',
      page(delta([1, 1]), {count: 1, encoding: 6}),
      {},
      'there are 2 numbers in place of 1',
    ],
    [
      'blocks without numbers',
      page(Buffer.of(0, 4, 1, 0), {count: 1, encoding: 6}),
      {},
      'the blocks of its numbers are odd',
    ],
    [
      'blocks without parts',
      page(Buffer.of(0x80, 1, 0, 1, 0), {count: 1, encoding: 6}),
      {},
      'the blocks of its numbers are odd',
    ],
    [
      'a beginning of nothing',
      page(Buffer.concat([delta([5]), delta([0])]), {count: 1, encoding: 7}),
      {},
      'a value goes on from more bytes',
    ],
    ['numbers of 255 bits', page(Buffer.of(255, 2, 0), {count: 1, encoding: 8}), {}, 'numbers of 255 bits'],
    [
      'an encoding that is not known',
      page(one, {count: 1, encoding: 9}),
      {},
      'the encoding 9 of its pages is not supported',
    ],
    ['a compression that is not known', page(one, {count: 1}), {codec: 'LZO'}, 'the compression LZO is not supported'],
    [
      'no header of the kind of its page',
      Buffer.concat([thrift({1: 0, 2: 5, 3: 5}), one]),
      {},
      'a page has no header of its kind',
    ],
    ['an end where a page belongs', Buffer.alloc(0), {}, 'it is cut off'],
    ['pages without end', Buffer.concat(Array<Buffer>(500).fill(thrift({1: 9, 2: 0, 3: 0}))), {}, 'it is cut off'],
  ])('that has %s', (_, chunk, more, message) => {
    expect(() => readPages(chunk, column(1, more))).toThrow(message);
  });

  it('but not for a run that goes on beyond the page, which is cut', () => {
    const content = Buffer.concat([endless, one]);
    expect(texts(page(content, {count: 1}), column(1, {levels: 1}))).toEqual(['a']);
  });

  it('that unpacks a zstd frame to more than its page', () => {
    const magic = uint32(0xfd2fb528);
    // A window of 1 KiB, no size of the content; one last block of the kind that repeats a byte.
    const rle = (length: number) => uint24((length << 3) | 2 | 1);
    const frame = (length: number) => Buffer.concat([magic, Buffer.of(0, 0), rle(length), Buffer.of(0)]);
    const zeros = {codec: 'ZSTD'};
    expect(texts(page(Buffer.alloc(4), {count: 1}, frame(4)), column(1, zeros))).toEqual(['']);
    expect(() => readPages(page(Buffer.alloc(4), {count: 1}, frame(100_000)), column(1, zeros))).toThrow(
      'longer than it says',
    );
    const two = Buffer.concat([frame(4), frame(100_000)]);
    expect(() => readPages(page(Buffer.alloc(4), {count: 1}, two), column(1, zeros))).toThrow(
      'something follows the zstd frame',
    );
    const sized = Buffer.concat([magic, Buffer.of(0xa0), uint32(2 ** 32 - 1), rle(4), Buffer.of(0)]);
    expect(() => readPages(page(Buffer.alloc(4), {count: 1}, sized), column(1, zeros))).toThrow('longer than it says');
  });
});

function uint24(value: number): Buffer {
  return Buffer.from([value & 255, (value >> 8) & 255, value >> 16]);
}
