import {readSync} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {UserError} from '../../contract/errors.ts';
import {fileError} from './fileError.ts';
import {openRegular} from './regularFile.ts';

/** A file read by position. Every read is complete or an error, so nobody mistakes a short file for data. */
export interface PositionedFile {
  readonly path: string;
  readonly size: number;
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Fills `target` at once; blocks. */
  readNow(position: number, target: Uint8Array): void;
  close(): Promise<void>;
}

export async function openPositioned(path: string): Promise<PositionedFile> {
  const {handle, size} = await openRegular(path);
  return {
    path,
    size,
    read: (position, length) => readFully(handle, path, position, length),
    readNow: (position, target) => readNow(handle.fd, path, position, target),
    close: () => handle.close(),
  };
}

/** One read call of the operating system moves at most 2 GiB. */
const largestRead = 1 << 30;

async function readFully(
  handle: FileHandle,
  path: string,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = allocate(length, path);
  for (let done = 0; done < length;) {
    const wanted = Math.min(length - done, largestRead);
    const {bytesRead} = await handle.read(bytes, done, wanted, position + done).catch((error: unknown) => {
      throw fileError(path, 'the file', error);
    });
    if (bytesRead === 0) throw truncated(path, position + done);
    done += bytesRead;
  }
  return bytes;
}

function readNow(descriptor: number, path: string, position: number, target: Uint8Array): void {
  for (let done = 0; done < target.length;) {
    const bytesRead = readSome(descriptor, path, target.subarray(done, done + largestRead), position + done);
    if (bytesRead === 0) throw truncated(path, position + done);
    done += bytesRead;
  }
}

function readSome(descriptor: number, path: string, target: Uint8Array, position: number): number {
  try {
    return readSync(descriptor, target, {position});
  } catch (error) {
    throw fileError(path, 'the file', error);
  }
}

function truncated(path: string, end: number): UserError {
  return new UserError('file-truncated', `The file ends at byte ${end}, in the middle of data.`, {where: path});
}

function allocate(length: number, path: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new UserError('memory-short', `There is no memory for ${length} bytes of the file.`, {where: path, cause});
  }
}
