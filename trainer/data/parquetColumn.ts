import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet';
import {UserError} from '../contract/errors.ts';
import type {ListedFile} from './listFiles.ts';

/** Rows [rowStart, rowEnd) of a file, which can be read only together. */
export interface ParquetRowGroup {
  readonly file: ListedFile;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly column: string;
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Uncompressed size of the column. */
  readonly bytes: number;
}

/** A row group is held in memory whole while one of its images is read. */
const MAX_ROW_GROUP_BYTES = 1024 ** 3;

/** The row groups of a file, from its footer alone, after checking that `column` can hold images. */
export async function openParquetColumn(file: ListedFile, column: string): Promise<ParquetRowGroup[]> {
  const buffer = await asyncBufferFromFile(file.path);
  const metadata = await readFooter(file, buffer);
  requireImageColumn(file.path, parquetSchema(metadata), column);
  let rowStart = 0;
  return metadata.row_groups.map((rowGroup) => {
    const rowEnd = rowStart + Number(rowGroup.num_rows);
    const group = {file, buffer, metadata, column, rowStart, rowEnd, bytes: columnBytes(rowGroup, column)};
    rowStart = rowEnd;
    requireModestSize(group);
    return group;
  });
}

async function readFooter(file: ListedFile, buffer: AsyncBuffer): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(buffer);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('data-invalid', `This parquet file cannot be read: ${reason}.`, {
      where: file.path,
      hint: 'Download the file again; a Git LFS pointer in its place is a small text file.',
      cause,
    });
  }
}

/** The column is bytes, or a struct with the field `bytes`. */
function requireImageColumn(path: string, schema: SchemaTree, column: string): void {
  const found = schema.children.find((child) => child.element.name === column);
  const names = schema.children.map((child) => child.element.name).join(', ');
  if (!found) {
    throw new UserError('data-column', `There is no column "${column}".`, {
      where: path,
      hint: `Set data.column to one of: ${names}.`,
    });
  }
  const leaf = found.children.find((child) => child.element.name === 'bytes') ?? found;
  if (leaf.element.type === 'BYTE_ARRAY') return;
  throw new UserError('data-column', `The column "${column}" holds no image bytes.`, {
    where: path,
    hint: `Set data.column to another one of: ${names}.`,
  });
}

function columnBytes(rowGroup: RowGroup, column: string): number {
  return rowGroup.columns
    .filter((chunk) => chunk.meta_data?.path_in_schema[0] === column)
    .reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_uncompressed_size ?? 0), 0);
}

function requireModestSize({file, rowStart, rowEnd, bytes}: ParquetRowGroup): void {
  if (bytes <= MAX_ROW_GROUP_BYTES) return;
  const gigabytes = (bytes / 1024 ** 3).toFixed(1);
  throw new UserError('data-row-group', `The row group of rows ${rowStart} to ${rowEnd} holds ${gigabytes} GiB.`, {
    where: file.path,
    hint: 'Write the file again with smaller row groups, for example row_group_size=100 in pyarrow.',
  });
}
