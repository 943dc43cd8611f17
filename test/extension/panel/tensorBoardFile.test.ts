import {describe, expect, it} from 'vitest';
import {crc32c, maskedCrc32c} from '../../../extension/panel/crc32c.ts';
import {tensorBoardFile} from '../../../extension/panel/tensorBoardFile.ts';

describe('CRC-32C', () => {
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({length: 32}, (_, i) => i), 0x46dd794e],
    ['the digits', new TextEncoder().encode('123456789'), 0xe3069283],
  ])('has the values of RFC 3720 and of the catalogue: %s', (_, bytes, crc) => {
    expect(crc32c(bytes)).toBe(crc);
  });
});

describe('a TensorBoard event file', () => {
  const scalar = {tag: 'denoise', step: 300, wallTime: 1.5, value: 0.25};

  it('begins as every such file does', () => {
    const start = [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09];
    expect([...tensorBoardFile([]).subarray(0, start.length)]).toEqual(start);
    expect(Buffer.from(tensorBoardFile([])).subarray(21, 36).toString('latin1')).toBe('\x1a\x0dbrain.Event:2');
  });

  it('holds a scalar as protobuf has it', () => {
    const first = tensorBoardFile([]).length;
    const record = Buffer.from(tensorBoardFile([scalar])).subarray(first);
    const data = record.subarray(12, -4);
    // 1: double 1.5, 2: varint 300, 5: {1: {1: 'denoise', 2: float 0.25}}
    expect(data.toString('hex')).toBe('09000000000000f83f10ac022a100a0e0a0764656e6f697365150000803e');
    expect(record.readBigUInt64LE(0)).toBe(BigInt(data.length));
    expect(record.readUInt32LE(8)).toBe(maskedCrc32c(record.subarray(0, 8)));
    expect(record.readUInt32LE(12 + data.length)).toBe(maskedCrc32c(data));
  });

  it('writes steps beyond 32 bits whole', () => {
    const first = tensorBoardFile([]).length;
    const record = Buffer.from(tensorBoardFile([{...scalar, step: 2 ** 40 + 1}])).subarray(first);
    expect(record.subarray(21, 28).toString('hex')).toBe('10818080808020');
  });
});
