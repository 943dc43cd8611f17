import {createHash} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import type {FileRecord} from '../../../contract/engine/engineRecord.ts';
import {UserError} from '../../../contract/errors.ts';
import {openPositioned, type PositionedFile} from '../../../store/files/positionedFile.ts';
import {openEntry, readEntry, readZipDirectory, type ZipEntry} from '../../../store/files/zipFile.ts';

/** An open wheel: a zip archive that lists the hashes of its files in its RECORD. */
export interface Wheel {
  readonly path: string;
  /** Its METADATA, which lists what it requires. */
  readonly metadata: string;
  readonly file: PositionedFile;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly hashes: ReadonlyMap<string, string>;
}

/** Opens a wheel for `use` and closes it again. */
export async function withWheel<T>(path: string, use: (wheel: Wheel) => T | Promise<T>): Promise<T> {
  const file = await openPositioned(path);
  try {
    const entries = await readZipDirectory(file);
    const [metadata, record] = await Promise.all(['METADATA', 'RECORD'].map((name) => readInfo(file, entries, name)));
    return await use({path, file, entries, metadata: metadata ?? '', hashes: parseRecord(record ?? '')});
  } finally {
    await file.close();
  }
}

/** Bytes that the chosen files take. */
export function unpackedBytes({entries}: Wheel, keep: (name: string) => boolean): number {
  return [...entries].reduce((sum, [name, {size}]) => (keep(name) ? sum + size : sum), 0);
}

/**
 * Writes the chosen files below a folder and checks each against the wheel's RECORD.
 *
 * @returns their records, with paths relative to the folder
 */
export async function unpackWheel(
  wheel: Wheel,
  folder: string,
  keep: (name: string) => boolean,
  onBytes: (bytes: number) => void,
): Promise<FileRecord[]> {
  const files: FileRecord[] = [];
  for (const [name, entry] of wheel.entries) {
    if (name.endsWith('/') || !keep(name)) continue;
    files.push(await unpackFile(wheel, name, entry, folder, onBytes));
  }
  return files;
}

async function unpackFile(
  wheel: Wheel,
  name: string,
  entry: ZipEntry,
  folder: string,
  onBytes: (bytes: number) => void,
): Promise<FileRecord> {
  const expected = wheel.hashes.get(name);
  if (expected === undefined || isOutside(name)) throw damagedWheel(wheel.path, name);
  const path = join(folder, name);
  await mkdir(dirname(path), {recursive: true});
  const hash = createHash('sha256');
  let size = 0;
  const measure = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      onBytes(chunk.length);
      yield chunk;
    }
  };
  // Programs among the files, such as the assembler of CUDA, must be allowed to run.
  const mode = /\/bin\/[^/]+$/.test(name) ? 0o755 : 0o644;
  try {
    const content = await openEntry(wheel.file, entry);
    await pipeline(content, measure, createWriteStream(path, {mode, flush: true}));
  } catch (error) {
    throw isZipError(error) ? damagedWheel(wheel.path, name, error) : error;
  }
  const digest = hash.digest();
  if (digest.toString('base64url') !== expected || size !== entry.size) throw damagedWheel(wheel.path, name);
  return {path: name, size, sha256: digest.toString('hex')};
}

/** RECORD lists some ten thousand files. */
const largestInfo = 16_000_000;

async function readInfo(file: PositionedFile, entries: ReadonlyMap<string, ZipEntry>, name: string): Promise<string> {
  const found = [...entries].find(([path]) => new RegExp(`^[^/]+\\.dist-info/${name}$`).test(path));
  if (!found) throw damagedWheel(file.path, name);
  return (await readEntry(file, found[1], largestInfo)).toString('utf8');
}

/** Lines `name,sha256=<base64url without padding>,size`; a name with a comma is in quotes. */
function parseRecord(record: string): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const line of record.split(/\r?\n/)) {
    const [, name, hash] = /^(.+),sha256=([\w-]+)=*,\d*$/.exec(line) ?? [];
    if (name !== undefined && hash !== undefined)
      hashes.set(name.replace(/^"(.*)"$/, '$1').replaceAll('""', '"'), hash);
  }
  return hashes;
}

function isOutside(name: string): boolean {
  return /[\\:\0]/.test(name) || name.split('/').some((part) => part === '' || part === '.' || part === '..');
}

function isZipError(error: unknown): boolean {
  return error instanceof UserError && error.code === 'zip-invalid';
}

function damagedWheel(path: string, name: string, cause?: unknown): UserError {
  return new UserError('wheel-damaged', `The wheel is damaged: ${name} is missing or not what the wheel lists.`, {
    where: path,
    hint: 'Install again; the wheel is then downloaded once more.',
    cause,
  });
}
