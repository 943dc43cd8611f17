import {deltaNumbers} from './deltaNumbers.ts';
import {rleNumbers} from './rleNumbers.ts';

/** Something in which a file is written and which is not read, thus no damage: an encoding, a compression. */
export class Unsupported extends Error {}

/** Encodings of byte arrays, with the numbers that they have in page headers. */
export const byteArrayEncodings = {
  PLAIN: 0,
  PLAIN_DICTIONARY: 2,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
} as const;

/** Values of DELTA_BYTE_ARRAY repeat bytes of those before, so a small page can hold any number. */
const mostBytes = 1024 ** 3;

/**
 * `count` byte arrays of a page. Lengths are checked before anything is taken from them. Throws an Error with the reason.
 * Format: https://parquet.apache.org/docs/file-format/data-pages/encodings.
 */
export function byteArrays(
  bytes: Uint8Array,
  encoding: unknown,
  count: number,
  dictionary: readonly Uint8Array[],
): Uint8Array[] {
  if (count === 0) return [];
  switch (encoding) {
    case byteArrayEncodings.PLAIN:
      return plainValues(bytes, count);
    case byteArrayEncodings.PLAIN_DICTIONARY:
    case byteArrayEncodings.RLE_DICTIONARY:
      return Array.from(rleNumbers(bytes.subarray(1), bytes[0] ?? 0, count), (index) =>
        fromDictionary(dictionary, index),
      );
    case byteArrayEncodings.DELTA_LENGTH_BYTE_ARRAY:
      return deltaLengthValues(bytes, 0, count);
    case byteArrayEncodings.DELTA_BYTE_ARRAY:
      return deltaValues(bytes, count);
    default:
      throw new Unsupported(`the encoding ${String(encoding)} of its pages is not supported`);
  }
}

/** Each value with its length in front. */
export function plainValues(bytes: Uint8Array, count: number): Uint8Array[] {
  const values: Uint8Array[] = [];
  for (let at = 0; values.length < count;) {
    const value = slice(bytes, at + 4, uint32(bytes, at));
    values.push(value);
    at += 4 + value.length;
  }
  return values;
}

function fromDictionary(dictionary: readonly Uint8Array[], index: number): Uint8Array {
  const value = dictionary[index];
  if (value === undefined) throw new Error('a value is not in the dictionary');
  return value;
}

/** All lengths first, then all values. */
function deltaLengthValues(bytes: Uint8Array, start: number, count: number): Uint8Array[] {
  const {numbers, end} = deltaNumbers(bytes, start, count);
  let at = end;
  return Array.from(numbers, (length) => {
    const value = slice(bytes, at, length);
    at += length;
    return value;
  });
}

/** How many bytes each value shares with the one before, then the rest of each as in DELTA_LENGTH_BYTE_ARRAY. */
function deltaValues(bytes: Uint8Array, count: number): Uint8Array[] {
  const {numbers: shared, end} = deltaNumbers(bytes, 0, count);
  const rests = deltaLengthValues(bytes, end, count);
  let before = new Uint8Array(0);
  let total = 0;
  return rests.map((rest, i) => {
    const prefix = shared[i] ?? 0;
    if (prefix < 0 || prefix > before.length)
      throw new Error('a value goes on from more bytes than the one before has');
    total += prefix + rest.length;
    if (total > mostBytes) throw new Error(`the values of a page have more than ${mostBytes} bytes`);
    const value = new Uint8Array(prefix + rest.length);
    value.set(before.subarray(0, prefix));
    value.set(rest, prefix);
    before = value;
    return value;
  });
}

export function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new Error('a page is cut off');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}

export function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (length < 0 || start + length > bytes.length) throw new Error('a page is cut off');
  return bytes.subarray(start, start + length);
}
