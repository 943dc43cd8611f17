import {byteArrays, plainValues, slice, uint32, Unsupported} from './byteArrays.ts';
import {inflatePage} from './inflatePage.ts';
import {rleNumbers} from './rleNumbers.ts';
import {readThrift, type ThriftStruct} from './thrift.ts';

/** What the footer says about the pages of a column of byte arrays. */
export interface ColumnPages {
  readonly codec: string;
  /** Largest definition level: how many of the column and what is around it may be null, or a list, which may be empty. */
  readonly levels: number;
  /** Whether a row is a list of values. */
  readonly isList: boolean;
  readonly rows: number;
  /** Values of all rows; null and empty lists count as one each. */
  readonly values: number;
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
  for (const page of dataPages(chunk, column)) for (const value of page.values) values.push(value);
  return values;
}

/** The same for a column of lists: the values of each row that are there. */
export function readLists(chunk: Uint8Array, column: ColumnPages): Uint8Array[][] {
  const rows: Uint8Array[][] = [];
  for (const {values, repetition} of dataPages(chunk, column)) {
    for (const [i, value] of values.entries()) {
      if (repetition[i] === 0) rows.push([]);
      const row = rows.at(-1);
      if (row === undefined) throw new Error('its first row does not begin');
      if (value !== null) row.push(value);
    }
  }
  if (rows.length !== column.rows) throw new Error(`there are ${rows.length} rows in place of ${column.rows}`);
  return rows;
}

/** What a data page holds: values, null where there is none, and for lists which of them begin a row (0) or continue it (1). */
interface DataPage {
  readonly values: readonly (Uint8Array | null)[];
  readonly repetition: Uint32Array;
}

function* dataPages(chunk: Uint8Array, column: ColumnPages): Iterable<DataPage> {
  let dictionary: readonly Uint8Array[] = [];
  let [at, bytes, read] = [0, 0, 0];
  while (read < column.values) {
    const {struct: header, end} = readThrift(chunk, at, headerValues);
    const packed = size(header, 3, chunk.length - end);
    bytes += size(header, 2, column.bytes - bytes);
    at = end + packed;
    const page = {header, packed: chunk.subarray(end, at), column};
    const type = header.get(1);
    if (type === dictionaryPage) dictionary = readDictionary(page);
    else if (type === dataPage || type === dataPage2) {
      const found = type === dataPage ? readData(page, dictionary) : readData2(page, dictionary);
      read += found.values.length;
      if (read > column.values) throw new Error('there are more values than rows');
      yield found;
    }
  }
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

/** Version 1: levels and values are compressed together, the levels with their length in front. */
function readData({header, packed, column}: Page, dictionary: readonly Uint8Array[]): DataPage {
  const bytes = inflatePage(packed, column.codec, size(header, 2, column.bytes));
  const data = part(header, 5);
  const count = size(data, 1, column.values);
  let at = 0;
  const levels = (highest: number, encoding: unknown): Uint32Array => {
    if (highest === 0) return new Uint32Array(count);
    if (encoding !== 3) throw new Unsupported('the encoding of its levels is not supported');
    const length = uint32(bytes, at);
    const numbers = rleNumbers(slice(bytes, at + 4, length), bitsOf(highest), count);
    at += 4 + length;
    return numbers;
  };
  const repetition = levels(column.isList ? 1 : 0, data.get(4));
  const definition = levels(column.levels, data.get(3));
  const values = spread(definition, column.levels, (present) =>
    byteArrays(bytes.subarray(at), data.get(2), present, dictionary),
  );
  return {values, repetition};
}

/** Version 2: the levels lie before the compressed values. */
function readData2({header, packed, column}: Page, dictionary: readonly Uint8Array[]): DataPage {
  const data = part(header, 8);
  const count = size(data, 1, column.values);
  const repeated = size(data, 6, packed.length);
  const defined = size(data, 5, packed.length - repeated);
  const unpacked = size(header, 2, column.bytes) - repeated - defined;
  const rest = packed.subarray(repeated + defined);
  const bytes = data.get(7) === false ? rest : inflatePage(rest, column.codec, Math.max(0, unpacked));
  const levels = (highest: number, start: number, length: number) =>
    highest === 0 ? new Uint32Array(count) : rleNumbers(slice(packed, start, length), bitsOf(highest), count);
  const repetition = levels(column.isList ? 1 : 0, 0, repeated);
  const definition = levels(column.levels, repeated, defined);
  const values = spread(definition, column.levels, (present) => byteArrays(bytes, data.get(4), present, dictionary));
  return {values, repetition};
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

/** Bits of a level of at most `highest`. */
function bitsOf(highest: number): number {
  return 32 - Math.clz32(highest);
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
