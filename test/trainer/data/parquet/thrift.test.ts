import {describe, expect, it} from 'vitest';
import {readThrift} from '../../../../trainer/data/parquet/thrift.ts';
import {thrift, varint} from '../parquetChunk.ts';

const read = (bytes: Buffer, values = 100) => readThrift(bytes, 0, values).struct;

describe('readThrift', () => {
  it('reads integers, booleans, structures, lists and texts, and where they end', () => {
    const list = Buffer.concat([Buffer.of(0x19, 0x28, 1, 0x61, 2, 0x62, 0x63)]);
    const bytes = Buffer.concat([
      thrift({1: 300, 2: -1, 5: {3: true, 4: false}}).subarray(0, -1),
      list,
      Buffer.of(0, 9, 9),
    ]);
    const {struct, end} = readThrift(bytes, 0, 100);
    expect(end).toBe(bytes.length - 2);
    expect(struct).toEqual(
      new Map<number, unknown>([
        [1, 300],
        [2, -1],
        [
          5,
          new Map([
            [3, true],
            [4, false],
          ]),
        ],
        [6, [Uint8Array.of(0x61), Uint8Array.of(0x62, 0x63)].map((text) => Buffer.from(text))],
      ]),
    );
  });

  it('reads 64-bit integers', () => {
    expect(read(Buffer.concat([Buffer.of(0x16), varint(2 ** 41), Buffer.of(0)])).get(1)).toBe(2 ** 40);
  });

  it.each([
    ['a list of two billion elements', Buffer.concat([Buffer.of(0x19, 0xf5), varint(2 ** 31)]), 'it is cut off'],
    ['a text of two billion bytes', Buffer.concat([Buffer.of(0x18), varint(2 ** 31)]), 'it is cut off'],
    ['lists in lists', Buffer.concat([Buffer.of(0x19), Buffer.alloc(5000, 0x19)]), 'a list is nested too deeply'],
    ['structures in structures', Buffer.alloc(5000, 0x1c), 'a structure is nested too deeply'],
    ['a number without end', Buffer.concat([Buffer.of(0x16), Buffer.alloc(100_000, 0xff)]), 'a number does not end'],
    [
      'a list of a thousand empty structures',
      Buffer.concat([Buffer.of(0x19, 0xfc), varint(1000), Buffer.alloc(1001)]),
      'there are too many values',
    ],
    ['an unknown type', Buffer.of(0x1e, 0), 'a value has the unknown type 14'],
    ['no end', Buffer.of(0x15, 2), 'it is cut off'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
  });
});
