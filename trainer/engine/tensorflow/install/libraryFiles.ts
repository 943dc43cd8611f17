import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {LibraryRecord, type FileRecord} from '../../../contract/engine/engineRecord.ts';
import {fileExists} from '../../../store/files/fileExists.ts';
import {hashFile} from '../../../store/hashes/sha256.ts';
import {readRecord} from './readRecord.ts';
import type {TensorflowFolder} from './tensorflowFolder.ts';

/** Which files the library has; null while it is not complete. */
export function readLibraryRecord(folder: TensorflowFolder): Promise<LibraryRecord | null> {
  return readRecord(folder.libraryRecord, LibraryRecord);
}

/** The record of a file that is in place. */
export async function describeFile(folder: string, path: string): Promise<FileRecord> {
  const absolute = join(folder, path);
  return {path, size: (await stat(absolute)).size, sha256: await hashFile(absolute)};
}

/**
 * The first file that is gone or changed, as a sentence's end; null when all are right. Sizes are compared always; hashes, which
 * takes seconds, on demand.
 */
export async function libraryFault(
  folder: TensorflowFolder,
  {files}: LibraryRecord,
  {hashes = false} = {},
): Promise<{path: string; fault: 'gone' | 'changed'} | null> {
  for (const {path, size, sha256} of files) {
    const absolute = join(folder.library, path);
    if (!(await fileExists(absolute))) return {path, fault: 'gone'};
    if ((await stat(absolute)).size !== size) return {path, fault: 'changed'};
    if (hashes && (await hashFile(absolute)) !== sha256) return {path, fault: 'changed'};
  }
  return null;
}
