import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import {fileError, systemCode} from './fileError.ts';
import {writeFully} from './writeFully.ts';

/** A plain file that is open for reading. */
export interface RegularFile {
  readonly handle: FileHandle;
  /** Bytes when it was opened. */
  readonly size: number;
}

/** Without it, opening a pipe waits for the other end, perhaps for ever. Undefined on Windows, where it then counts as 0. */
const {O_NONBLOCK} = constants;

/**
 * Opens a plain file for reading. What it is gets asked after it was opened, so that nobody can put a pipe or a device in its place
 * between the question and the opening. Links are followed. Throws a UserError for whatever cannot be opened or is no plain file.
 */
export async function openRegular(path: string, what = 'the file'): Promise<RegularFile> {
  const handle = await open(path, constants.O_RDONLY | O_NONBLOCK).catch((error: unknown) => {
    throw isNoFile(error) ? oddFile(path) : fileError(path, what, error);
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw oddFile(path);
    return {handle, size: stats.size};
  } catch (error) {
    await handle.close();
    throw fileError(path, what, error);
  }
}

/**
 * Like `openRegular`, at once and for any use: returns the descriptor. `flags` are those of `open(2)`; a file is made where they ask
 * for it.
 */
export function openRegularNow(path: string, flags: number): number {
  let file;
  try {
    file = openSync(path, flags | O_NONBLOCK);
  } catch (error) {
    throw isNoFile(error) ? oddFile(path) : error;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw oddFile(path);
}

/** Appends to a plain file at once; one that is not there is made. Throws the error of the system, as of a full disk. */
export function appendNow(path: string, bytes: Uint8Array): void {
  const file = openRegularNow(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
  try {
    writeFully(file, bytes);
  } finally {
    closeSync(file);
  }
}

/** The content of a plain file. Throws a UserError for one of more than `limit` bytes. */
export async function readRegularFile(path: string, limit: number, what = 'the file'): Promise<Buffer> {
  const read = () =>
    withRegular(path, what, ({handle, size}) => {
      if (size <= limit) return readFrom(handle, 0, size);
      throw new UserError('file-too-large', `The file has ${size} bytes; at most ${limit} are read.`, {where: path});
    });
  return read().catch((error: unknown) => {
    // Another machine has renamed a new file over it on a network disk, which then is there under the same name.
    if (error instanceof UserError && systemCode(error.cause) === 'ESTALE') return read();
    throw error;
  });
}

/** Opens a plain file for the time of `use`. Throws a UserError for what the system refuses. */
export async function withRegular<T>(path: string, what: string, use: (file: RegularFile) => Promise<T>): Promise<T> {
  const file = await openRegular(path, what);
  try {
    return await use(file);
  } catch (error) {
    throw fileError(path, what, error);
  } finally {
    await file.handle.close();
  }
}

/** Throws a UserError for what is no plain file that can be read; for programs that would wait for the other end of a pipe. */
export async function requireRegular(path: string): Promise<void> {
  const {handle} = await openRegular(path);
  await handle.close();
}

/** The bytes [start, end) of a file, or fewer where it has become shorter. */
export async function readFrom(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start);
  for (let done = 0; done < bytes.length;) {
    const {bytesRead} = await handle.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}

/** The first `count` bytes of a plain file, or as many as it has; null for anything that cannot be read. */
export async function firstBytes(path: string, count: number): Promise<Buffer | null> {
  const read = ({handle, size}: RegularFile) => readFrom(handle, 0, Math.min(count, size));
  return withRegular(path, 'the file', read).catch(nullForUserError);
}

/** The last bytes of a plain file as text, at once; empty where it cannot be read. For what a program has printed. */
export function endOfFile(path: string, bytes: number): string {
  let file;
  try {
    file = openRegularNow(path, constants.O_RDONLY);
  } catch {
    return '';
  }
  try {
    const end = Buffer.alloc(Math.min(bytes, fstatSync(file).size));
    return end.toString('utf8', 0, readSync(file, end, 0, end.length, fstatSync(file).size - end.length));
  } finally {
    closeSync(file);
  }
}

/** What a socket, and a pipe that nobody reads, answer at once. */
function isNoFile(error: unknown): boolean {
  return systemCode(error) === 'ENXIO';
}

function oddFile(where: string): UserError {
  return new UserError('file-odd', 'This is not a plain file, so it is not opened.', {where});
}
