import {open} from 'node:fs/promises';
import type {CaptionSettings} from '../../contract/config/dataConfig.ts';
import {UserError} from '../../contract/errors.ts';
import {openPositioned} from '../../store/files/positionedFile.ts';
import type {ImageSource} from '../dataset.ts';
import {BrokenPart, encodedSource, reasonOf, type DecodeSettings, type EncodedImages} from '../encodedSource.ts';
import {fingerprintOf} from '../fingerprint.ts';
import type {FoundFile} from '../walkFiles.ts';
import {lruCache} from '../lruCache.ts';
import {Unsupported} from './byteArrays.ts';
import {findCaptionColumn} from './captionColumn.ts';
import {requireImageColumn} from './imageColumn.ts';
import {openParquet, unsupportedColumn, type ColumnLeaf, type ParquetRowGroup} from './parquetColumn.ts';
import {readLists, readPages, type ColumnPages} from './parquetPages.ts';

export interface ParquetSettings extends DecodeSettings {
  /** Name of the image column. */
  readonly column: string;
  readonly captions?: CaptionSettings;
}

/** Row groups kept in memory, in uncompressed bytes: a small dataset fits whole, a large one is read piece by piece. */
const KEPT_BYTES = 256 * 1024 * 1024;

/** Bytes at each end of a file that go into the fingerprint: the end holds the footer with the places of all pages. */
const HASHED_BYTES = 64 * 1024;

/**
 * The images of Hugging Face parquet files. The column is a struct with the field `bytes` (the datasets library's Image feature) or plain
 * bytes; captions are a column of texts or of lists of texts. Row groups are read when one of their images is asked for, the rest of the
 * file never. The fingerprint is over the size and the two ends of every file.
 */
export async function parquetImages(
  files: readonly FoundFile[],
  settings: ParquetSettings,
  onSkip: (message: string) => void,
): Promise<ImageSource> {
  return encodedSource(await encodedRows(files, settings), settings, onSkip);
}

/** The same, not decoded. */
export async function encodedRows(
  files: readonly FoundFile[],
  settings: Pick<ParquetSettings, 'column' | 'captions'>,
): Promise<EncodedImages> {
  const {column, captions: {column: captionColumn} = {}} = settings;
  const groups: ParquetRowGroup[] = [];
  const captionLeaves: (ColumnLeaf | null)[] = [];
  // One after the other, so that of several bad files the first is named.
  for (const file of files) {
    const {schema, rowGroups} = await openParquet(file);
    groups.push(...rowGroups(requireImageColumn(file.path, schema, column)));
    captionLeaves.push(findCaptionColumn(file.path, schema, captionColumn));
  }
  const images = openRows(groups, readPages);
  if (images.count === 0) throw noRows(files[0]?.path);
  return {
    size: images.count,
    fingerprint: fingerprintOf((await Promise.all(files.map(fileEnds))).flat()),
    name: images.name,
    bytes: async (index: number) => imageBytes(await images.row(index)),
    ...parquetCaptions(files, captionLeaves),
  };
}

/** The captions of all rows; none where a file lacks them. Nothing of their columns is read, or can be wrong, before one is asked for. */
function parquetCaptions(
  files: readonly FoundFile[],
  leaves: readonly (ColumnLeaf | null)[],
): Pick<ImageSource, 'captions'> {
  if (leaves.includes(null)) return {};
  const open = async () => {
    const groups: ParquetRowGroup[] = [];
    for (const [i, file] of files.entries()) {
      const leaf = leaves[i];
      if (leaf) groups.push(...(await openParquet(file)).rowGroups(leaf));
    }
    return openRows(groups, readTexts);
  };
  let rows: Promise<Rows<string[]>> | undefined;
  return {captions: async (index) => (await (rows ??= open())).row(index).catch(asUserError)};
}

/** One column of some files, row by row. */
interface Rows<T> {
  readonly count: number;
  row(index: number): Promise<T>;
  /** Where row `index` is, for messages. */
  name(index: number): string;
}

function openRows<T>(
  groups: readonly ParquetRowGroup[],
  decode: (chunk: Uint8Array, column: ColumnPages) => T[],
): Rows<T> {
  const starts = rowStarts(groups);
  // A damaged row group is read once, not for each of its images.
  const broken = new Map<ParquetRowGroup, BrokenPart>();
  const load = async (group: ParquetRowGroup) => {
    const known = broken.get(group);
    if (known) throw known;
    return readRowGroup(group, decode).catch((error: unknown) => {
      if (error instanceof BrokenPart) broken.set(group, error);
      throw error;
    });
  };
  const rowsOf = lruCache({capacity: KEPT_BYTES, cost: ({pages}: ParquetRowGroup) => pages.bytes, load});
  return {
    count: starts[groups.length] ?? 0,
    row: async (index) => {
      const {group, row} = locateRow(groups, starts, index);
      const value = (await rowsOf(group))[row];
      if (value === undefined) throw new Error(`the row group has no row ${row}`);
      return value;
    },
    name: (index) => {
      const {group, row} = locateRow(groups, starts, index);
      return `${group.file.path}, row ${group.rowStart + row}`;
    },
  };
}

/** Captions that cannot be read end the run, whatever images that cannot be decoded do. */
function asUserError(error: unknown): never {
  if (!(error instanceof BrokenPart)) throw error;
  throw new UserError('captions-invalid', `The captions cannot be read: ${reasonOf(error)}.`, {where: error.where});
}

/** The captions of each row. */
function readTexts(chunk: Uint8Array, column: ColumnPages): string[][] {
  const text = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const rows = column.isList
    ? readLists(chunk, column)
    : readPages(chunk, column).map((value) => (value ? [value] : []));
  return rows.map((values) => values.map(text).filter((caption) => caption.trim() !== ''));
}

/** First image of every row group, and the number of all images at the end. */
function rowStarts(groups: readonly ParquetRowGroup[]): number[] {
  const starts = [0];
  for (const {rowStart, rowEnd} of groups) starts.push((starts.at(-1) ?? 0) + rowEnd - rowStart);
  return starts;
}

/** Binary search for the last row group that starts at or before the image. */
function locateRow(
  groups: readonly ParquetRowGroup[],
  starts: readonly number[],
  index: number,
): {group: ParquetRowGroup; row: number} {
  let low = 0;
  let high = groups.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  const group = groups[low];
  if (!group) throw new RangeError(`Image ${index} of a parquet source without rows.`);
  return {group, row: index - (starts[low] ?? 0)};
}

/** What the rows hold. A `BrokenPart` where the pages are damaged, so that none of the rows can be read. */
async function readRowGroup<T>(
  {file, column, start, length, pages, rowStart, rowEnd}: ParquetRowGroup,
  decode: (chunk: Uint8Array, column: ColumnPages) => T[],
): Promise<T[]> {
  const opened = await openPositioned(file.path);
  try {
    return decode(await opened.read(start, length), pages);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof Unsupported) throw unsupportedColumn(file.path, column, reasonOf(error));
    throw new BrokenPart(`${file.path}, rows ${rowStart} to ${rowEnd - 1}`, reasonOf(error), error);
  } finally {
    await opened.close();
  }
}

function imageBytes(value: Uint8Array | null): Uint8Array {
  if (value !== null) return value;
  throw new Error('the row holds no image bytes (a path alone is not followed)');
}

async function fileEnds({path, size}: FoundFile): Promise<(string | Uint8Array)[]> {
  const file = await open(path);
  try {
    const length = Math.min(size, HASHED_BYTES);
    const first = await file.read(Buffer.alloc(length), 0, length, 0);
    const last = await file.read(Buffer.alloc(length), 0, length, size - length);
    return [String(size), first.buffer, last.buffer];
  } finally {
    await file.close();
  }
}

function noRows(path: string | undefined): UserError {
  return new UserError('data-empty', 'The parquet data has no rows.', {where: path, hint: 'Check data.path.'});
}
