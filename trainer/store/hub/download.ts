import {createHash, type Hash} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {mkdir, rename, rm, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {ReadableStream} from 'node:stream/web';
import {UserError} from '../../contract/errors.ts';
import {explainWriteError, syncFolder} from '../files/atomicFile.ts';
import {fileExists} from '../files/fileExists.ts';
import {
  causeOf,
  request,
  TransientError,
  whileAlive,
  withRetries,
  type RequestSettings,
  type SilenceWatch,
} from './hubRequest.ts';
import {digestFile} from '../hashes/sha256.ts';

/** What a downloaded file must be. */
export type ExpectedFile = {
  /** In bytes. */
  readonly size: number;
} & (
  | {readonly sha256: string}
  // Git's SHA-1 of a blob, for files whose SHA-256 the server does not list.
  | {readonly sha256?: undefined; readonly gitBlob: string}
);

interface Transfer {
  readonly url: string;
  readonly part: string;
  readonly size: number;
  readonly settings: RequestSettings;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Downloads into `<path>.part`, going on where an earlier attempt or an earlier call stopped; checks size and hash; then renames.
 * A file that is there already and has the right hash is kept. `onBytes` gets the number of bytes of the file that are on the disk.
 */
export async function download(
  url: string,
  path: string,
  expected: ExpectedFile,
  settings: RequestSettings,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (await isIntact(path, expected)) return onBytes(expected.size);
  const part = `${path}.part`;
  await mkdir(dirname(path), {recursive: true});
  const transfer = {url, part, size: expected.size, settings, onBytes};
  await withRetries(settings.retryDelay, () => whileAlive(settings.silence, (watch) => fetchRest(transfer, watch)));
  if (!(await isIntact(part, expected))) {
    await rm(part, {force: true});
    throw new UserError('checksum-wrong', 'The downloaded file is not the one that is expected: its hash is another.', {
      where: url,
      hint: 'Nothing was kept. Fetch again, or from another address.',
    });
  }
  await rename(part, path);
  await syncFolder(dirname(path));
}

/** Requests the bytes that the part file lacks and appends them. */
async function fetchRest(transfer: Transfer, watch: SilenceWatch): Promise<void> {
  const {url, part, size, settings, onBytes} = transfer;
  const present = await presentBytes(part, size);
  if (present === size) return onBytes(size);
  // Ranges count bytes as sent, so the file must be sent as it is.
  const plain = {...settings.headers, 'accept-encoding': 'identity'};
  const response = await request(url, present > 0 ? {...plain, range: `bytes=${present}-`} : plain, watch);
  if (lengthSaid(response, size) !== size) {
    // What is there of it already came from another file, too.
    await rm(part, {force: true});
    await response.body?.cancel();
    throw otherFile(url, lengthSaid(response, size), size);
  }
  if (response.status === 416 || response.body === null) {
    await response.body?.cancel();
    await rm(part, {force: true});
    throw new TransientError(`The server does not send ${url} from byte ${present} on`);
  }
  // A server that ignores the range sends the whole file with status 200.
  const start = response.status === 206 ? present : 0;
  if (start > 0 && !response.headers.get('content-range')?.startsWith(`bytes ${start}-`)) {
    throw new UserError('hub-answer', `The server sends another part of the file than bytes ${start} and on.`, {
      where: url,
    });
  }
  await append(response.body, start, transfer, watch);
}

/** Length of the whole file by what the server says of it; `size` where it says nothing. */
function lengthSaid({status, headers}: Response, size: number): number {
  const [, whole] = /\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  const plain = headers.get('content-encoding') === null ? headers.get('content-length') : null;
  return Number((status === 206 ? whole : status === 200 ? plain : null) ?? size);
}

function otherFile(where: string, said: number, size: number): UserError {
  return new UserError('checksum-wrong', `The server has another file there: it has ${said} bytes, not ${size}.`, {
    where,
  });
}

/** Bytes of a file that are on the disk already, whole or in part; not checked. */
export async function downloadedBytes(path: string, size: number): Promise<number> {
  for (const file of [path, `${path}.part`]) {
    if (await fileExists(file)) return Math.min((await stat(file)).size, size);
  }
  return 0;
}

/** Bytes of a part file to go on from; one that is too long to be a part is removed. Makes none: it would hide a file that is put there by hand. */
async function presentBytes(part: string, size: number): Promise<number> {
  if (!(await fileExists(part))) return 0;
  const present = (await stat(part)).size;
  if (present <= size) return present;
  await rm(part);
  return 0;
}

async function append(
  body: NonNullable<Response['body']>,
  start: number,
  {url, part, size, onBytes}: Transfer,
  {heard}: SilenceWatch,
): Promise<void> {
  let written = start;
  const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      heard();
      written += chunk.length;
      if (written > size) throw tooLong(url, size);
      onBytes(written);
      yield chunk;
    }
  };
  try {
    const source = Readable.fromWeb(body as ReadableStream<Uint8Array>);
    await pipeline(source, count, createWriteStream(part, {flags: start > 0 ? 'a' : 'w', flush: true}));
  } catch (error) {
    if (error instanceof UserError) {
      await rm(part, {force: true});
      throw error;
    }
    throw isFileError(error)
      ? explainWriteError(part, error)
      : new TransientError(`The connection broke: ${causeOf(error)}`, {cause: error});
  }
  if (written < size) throw new TransientError(`The connection ended after ${written} of ${size} bytes of ${url}`);
}

function tooLong(where: string, size: number): UserError {
  return new UserError('checksum-wrong', `The server sends more than the ${size} bytes that are expected.`, {where});
}

/** Whether the disk failed rather than the network. */
function isFileError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    ['open', 'write', 'writev', 'fsync', 'close'].includes(String(error.syscall))
  );
}

/** Whether a file is there and is the one that is expected, by its size and hash. */
export async function isIntact(path: string, expected: ExpectedFile): Promise<boolean> {
  const {size, sha256} = expected;
  if (!(await fileExists(path)) || (await stat(path)).size !== size) return false;
  if (sha256 !== undefined) return (await digestFile(path, createHash('sha256'))) === sha256;
  return (await digestFile(path, blobHash(size))) === expected.gitBlob;
}

/** Git hashes a file with its type and length in front. */
function blobHash(size: number): Hash {
  return createHash('sha1').update(`blob ${size}\0`);
}
