import {
  parquetMetadata,
  parquetSchema,
  type ColumnChunk,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaTree,
} from 'hyparquet';
import {UserError} from '../../contract/errors.ts';
import {gigabytes} from '../../contract/gigabytes.ts';
import {openPositioned, type PositionedFile} from '../../store/files/positionedFile.ts';
import type {FoundFile} from '../walkFiles.ts';
import {byteArrayEncodings} from './byteArrays.ts';
import {codecs} from './inflatePage.ts';
import type {ColumnPages} from './parquetPages.ts';
import {readThrift} from './thrift.ts';

/** Rows [rowStart, rowEnd) of a file, which can be read only together. */
export interface ParquetRowGroup {
  readonly file: FoundFile;
  /** The column by the name that a config gives it. */
  readonly column: string;
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Where the pages of the column lie in the file. */
  readonly start: number;
  readonly length: number;
  readonly pages: ColumnPages;
}

/** Values of a list, on average: far more than any image has captions. */
const largestList = 1000;

/** A row group is held in memory whole while one of its images is read. */
const MAX_ROW_GROUP_BYTES = 1024 ** 3;

const [magic, encryptedMagic] = ['PAR1', 'PARE'];
/** Bytes and values of a footer; one of a thousand row groups has some hundred kilobytes. */
const largestFooter = 16_000_000;
const footerValues = 2_000_000;
/** Columns and structs around them. */
const largestSchema = 10_000;

/** Where the values of a column lie in a file. */
export interface ColumnLeaf {
  /** The column by the name that a config gives it. */
  readonly column: string;
  /** Names from the top to the values, with dots between them. */
  readonly path: string;
  /** As in `ColumnPages`. */
  readonly levels: number;
  readonly isList: boolean;
}

/** What the footer of a file says. */
export interface ParquetFile {
  readonly schema: SchemaTree;
  /** The row groups of one of its columns. Throws a UserError where the column cannot be read. */
  rowGroups(leaf: ColumnLeaf): ParquetRowGroup[];
}

export async function openParquet(file: FoundFile): Promise<ParquetFile> {
  const {metadata, schema} = await readFooter(file);
  return {schema, rowGroups: (leaf) => rowGroupsOf(file, metadata, leaf)};
}

function rowGroupsOf(file: FoundFile, metadata: FileMetaData, leaf: ColumnLeaf): ParquetRowGroup[] {
  const {column} = leaf;
  let rowStart = 0;
  return metadata.row_groups.map(({num_rows, columns}) => {
    const {meta_data: chunk} = columns.find(({meta_data}) => meta_data?.path_in_schema.join('.') === leaf.path) ?? {};
    requireReadable(file.path, column, columns, chunk);
    const group = rowGroup(file, rowStart, Number(num_rows), chunk, leaf);
    rowStart = group.rowEnd;
    requireModestSize(group);
    return group;
  });
}

async function readFooter(file: FoundFile): Promise<{metadata: FileMetaData; schema: SchemaTree}> {
  const opened = await openPositioned(file.path);
  try {
    const footer = await footerBytes(opened);
    // The library takes the lengths of lists for granted, so all of them are followed once before.
    readThrift(footer.subarray(0, -8), 0, footerValues);
    const metadata = parquetMetadata(footer.buffer, {geoparquet: false});
    if (metadata.schema.length > largestSchema) throw new Error('it has too many columns');
    return {metadata, schema: parquetSchema(metadata)};
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw damaged(file.path, reason, cause);
  } finally {
    await opened.close();
  }
}

/** The footer with its length and the magic letters behind it. */
async function footerBytes(file: PositionedFile): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size < 12) throw new Error('it is too short');
  const end = Buffer.from((await file.read(file.size - 8, 8)).buffer);
  if (end.toString('latin1', 4) === encryptedMagic)
    throw new UserError('data-unsupported', 'This parquet file is encrypted.', {where: file.path});
  if (end.toString('latin1', 4) !== magic) throw new Error(`it does not end with ${magic}`);
  const length = end.readUInt32LE(0);
  if (length > Math.min(largestFooter, file.size - 8)) throw new Error(`its footer claims ${length} bytes`);
  return file.read(file.size - 8 - length, length + 8);
}

function rowGroup(
  file: FoundFile,
  rowStart: number,
  rows: number,
  chunk: ColumnMetaData | undefined,
  {column, levels, isList}: ColumnLeaf,
): ParquetRowGroup {
  if (chunk === undefined) throw damaged(file.path, 'a row group lacks the column');
  const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
  const [first, length] = [Math.min(start, Number(chunk.data_page_offset)), Number(chunk.total_compressed_size)];
  const [bytes, values] = [Number(chunk.total_uncompressed_size), isList ? Number(chunk.num_values) : rows];
  const fits = [rows, first, length, bytes, values].every((value) => Number.isSafeInteger(value) && value >= 0);
  // No image takes less than a byte; rows that take none would cost memory all the same.
  if (!fits || first + length > file.size || rowStart + rows > file.size || values > largestList * rows) {
    throw damaged(file.path, `its footer places ${rows} rows where they do not fit`);
  }
  return {
    file,
    column,
    rowStart,
    rowEnd: rowStart + rows,
    start: first,
    length,
    pages: {codec: chunk.codec, levels, isList, rows, values, bytes},
  };
}

function damaged(where: string, reason: string, cause?: unknown): UserError {
  return new UserError('data-invalid', `This parquet file cannot be read: ${reason}.`, {
    where,
    hint: 'Download the file again; a Git LFS pointer in its place is a small text file.',
    cause,
  });
}

/** What the footer says of a column's pages is about the file, not about one image or the other. */
function requireReadable(
  where: string,
  column: string,
  columns: readonly ColumnChunk[],
  chunk: ColumnMetaData | undefined,
): void {
  const isEncrypted = chunk === undefined && columns.some(({crypto_metadata}) => crypto_metadata !== undefined);
  const encoding = chunk?.encodings.find((name) => !(name in byteArrayEncodings) && !levelEncodings.includes(name));
  if (isEncrypted) throw unsupportedColumn(where, column, 'it is encrypted');
  if (encoding !== undefined) throw unsupportedColumn(where, column, `the encoding ${encoding} is not supported`);
  if (chunk !== undefined && !codecs.includes(chunk.codec))
    throw unsupportedColumn(where, column, `the compression ${chunk.codec} is not supported`);
}

const levelEncodings = ['RLE', 'BIT_PACKED'];

/** A fault of the whole file, which downloading it again does not repair. */
export function unsupportedColumn(where: string, column: string, reason: string): UserError {
  return new UserError('data-unsupported', `The column "${column}" of this parquet file cannot be read: ${reason}.`, {
    where,
    hint: 'Write the file again with plain encodings, as pyarrow does by default.',
  });
}

function requireModestSize({file, rowStart, rowEnd, length, pages}: ParquetRowGroup): void {
  const bytes = Math.max(length, pages.bytes);
  if (bytes <= MAX_ROW_GROUP_BYTES) return;
  throw new UserError('data-row-group', `The row group of rows ${rowStart} to ${rowEnd} holds ${gigabytes(bytes)}.`, {
    where: file.path,
    hint: 'Write the file again with smaller row groups, for example row_group_size=100 in pyarrow.',
  });
}
