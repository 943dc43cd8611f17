import {byteArrays, plainValues, slice, uint32, Unsupported} from './byteArrays.ts';
import {inflatePage} from './inflatePage.ts';
import {rleNumbers} from './rleNumbers.ts';
import {readThrift, type ThriftStruct} from './thrift.ts';

/** What the footer says about the pages of a column of byte arrays. */
export interface ColumnPages {
  readonly codec: string;
  /** Largest definition level: how many of the column and the structs around it may be null. */
  readonly levels: number;
  readonly rows: number;
  /** Uncompressed bytes of all pages. */
  readonly bytes: number;
}

const dataPage = 0;
const dictionaryPage = 2;
const dataPage2 = 3;
/** A header with the statistics of a page has some thirty. */
const headerValues = 1000;

/**
 * The values of a column chunk, null where there is none. Nothing is taken from a page's header, from runs or from lengths before it is
 * known to fit what is there, so memory stays within `bytes` and the time with it (and within a gigabyte where values share bytes). Throws
 * an `Unsupported` for what is not read, else an Error with the reason.
 * Format: https://parquet.apache.org/docs/file-format/data-pages.
 */
export function readPages(chunk: Uint8Array, column: ColumnPages): (Uint8Array | null)[] {
  const values: (Uint8Array | null)[] = [];
  let dictionary: readonly Uint8Array[] = [];
  let [at, bytes] = [0, 0];
  while (values.length < column.rows) {
    const {struct: header, end} = readThrift(chunk, at, headerValues);
    const packed = size(header, 3, chunk.length - end);
    bytes += size(header, 2, column.bytes - bytes);
    at = end + packed;
    const page = {header, packed: chunk.subarray(end, at), column};
    const type = header.get(1);
    if (type === dictionaryPage) dictionary = readDictionary(page);
    else if (type === dataPage || type === dataPage2) {
      const found = type === dataPage ? readData(page, dictionary) : readData2(page, dictionary);
      if (found.length > column.rows - values.length) throw new Error('there are more values than rows');
      for (const value of found) values.push(value);
    }
  }
  return values;
}

interface Page {
  readonly header: ThriftStruct;
  readonly packed: Uint8Array;
  readonly column: ColumnPages;
}

function readDictionary({header, packed, column}: Page): Uint8Array[] {
  const length = size(header, 2, column.bytes);
  const bytes = inflatePage(packed, column.codec, length);
  return plainValues(bytes, size(part(header, 7), 1, bytes.length));
}

/** Version 1: levels and values are compressed together. */
function readData({header, packed, column}: Page, dictionary: readonly Uint8Array[]): (Uint8Array | null)[] {
  const bytes = inflatePage(packed, column.codec, size(header, 2, column.bytes));
  const data = part(header, 5);
  const count = size(data, 1, column.rows);
  if (column.levels === 0) return byteArrays(bytes, data.get(2), count, dictionary);
  if (data.get(3) !== 3) throw new Unsupported('the encoding of its levels is not supported');
  const length = uint32(bytes, 0);
  const levels = rleNumbers(slice(bytes, 4, length), levelBits(column), count);
  return spread(levels, column.levels, (present) =>
    byteArrays(bytes.subarray(4 + length), data.get(2), present, dictionary),
  );
}

/** Version 2: the levels lie before the compressed values. */
function readData2({header, packed, column}: Page, dictionary: readonly Uint8Array[]): (Uint8Array | null)[] {
  const data = part(header, 8);
  const count = size(data, 1, column.rows);
  const repetition = size(data, 6, packed.length);
  const definition = size(data, 5, packed.length - repetition);
  const unpacked = size(header, 2, column.bytes) - repetition - definition;
  const rest = packed.subarray(repetition + definition);
  const bytes = data.get(7) === false ? rest : inflatePage(rest, column.codec, Math.max(0, unpacked));
  const levels =
    column.levels === 0
      ? new Uint32Array(count)
      : rleNumbers(slice(packed, repetition, definition), levelBits(column), count);
  return spread(levels, column.levels, (present) => byteArrays(bytes, data.get(4), present, dictionary));
}

/** Puts the values where the levels say that there is one. */
function spread(
  levels: Uint32Array,
  highest: number,
  read: (present: number) => readonly Uint8Array[],
): (Uint8Array | null)[] {
  const values = read(levels.reduce((sum, level) => sum + (level === highest ? 1 : 0), 0));
  let next = 0;
  return Array.from(levels, (level) => (level === highest ? (values[next++] ?? null) : null));
}

function levelBits({levels}: ColumnPages): number {
  return 32 - Math.clz32(levels);
}

function part(header: ThriftStruct, field: number): ThriftStruct {
  const value = header.get(field);
  if (!(value instanceof Map)) throw new Error('a page has no header of its kind');
  return value as ThriftStruct;
}

/** A length of the header that may not be larger than `limit`. */
function size(header: ThriftStruct, field: number, limit: number): number {
  const value = header.get(field) ?? 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > limit) {
    throw new Error(`a page says that it has ${JSON.stringify(value)} where at most ${limit} fit`);
  }
  return value;
}
