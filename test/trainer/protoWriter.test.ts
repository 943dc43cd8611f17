import {describe, expect, it} from 'vitest';
import {ProtoWriter} from '../../trainer/protoWriter.ts';

function hex(writer: ProtoWriter): string {
  return Buffer.from(writer.finish()).toString('hex');
}

describe('ProtoWriter', () => {
  // The field is number 1, so that each begins with 08.
  it.each([
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [150, '9601'],
    [300, 'ac02'],
    [16_384, '808001'],
    [2 ** 31, '8080808008'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
    [-1, 'ffffffffffffffffff01'],
    [-2, 'feffffffffffffffff01'],
    [-300, 'd4fdffffffffffffff01'],
    [-(2 ** 31), '80808080f8ffffffff01'],
  ])('writes %i as a varint, negative ones as 64 bits', (value, expected) => {
    expect(hex(new ProtoWriter().varint(1, value))).toBe(`08${expected}`);
  });

  it('refuses a varint that is no integer', () => {
    for (const value of [0.5, NaN, Infinity]) expect(() => new ProtoWriter().varint(1, value)).toThrow(RangeError);
  });

  it('writes numbers in single and double precision', () => {
    expect(hex(new ProtoWriter().float(2, 1.5))).toBe('150000c03f');
    expect(hex(new ProtoWriter().double(1, 1.5))).toBe('09000000000000f83f');
  });

  it('writes text and bytes with their length before them, which can take two bytes itself', () => {
    expect(hex(new ProtoWriter().text(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new ProtoWriter().text(2, 'é'))).toBe('1202c3a9');
    expect(hex(new ProtoWriter().text(2, ''))).toBe('1200');
    expect(hex(new ProtoWriter().bytes(4, Uint8Array.of(0, 255)))).toBe('220200ff');
    expect(hex(new ProtoWriter().bytes(4, new Uint8Array(300)))).toBe(`22ac02${'00'.repeat(300)}`);
  });

  it('writes the bytes of a view, not of the memory around it', () => {
    expect(hex(new ProtoWriter().bytes(1, Uint8Array.of(1, 2, 3, 4).subarray(1, 3)))).toBe('0a020203');
  });

  it('writes floats in 32 bits, the lowest byte first', () => {
    expect(hex(new ProtoWriter().float(4, 1.5))).toBe('250000c03f');
    expect(hex(new ProtoWriter().float(4, -0.1))).toBe('25cdccccbd');
  });

  it('writes messages within messages, and fields in the order of the calls, repeated ones too', () => {
    const inner = new ProtoWriter().varint(1, 150);
    expect(hex(new ProtoWriter().message(3, inner))).toBe('1a03089601');
    expect(hex(new ProtoWriter().message(3, new ProtoWriter()))).toBe('1a00');
    expect(hex(new ProtoWriter().varint(2, 3).text(1, 'a').varint(2, 270))).toBe('10030a0161108e02');
  });

  it('takes two bytes for the tag of a field from number 16 on', () => {
    expect(hex(new ProtoWriter().varint(15, 1).varint(16, 1))).toBe('7801800101');
  });
});
