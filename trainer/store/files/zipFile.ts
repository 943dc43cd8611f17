import {createReadStream} from 'node:fs';
import {pipeline, Readable} from 'node:stream';
import {createInflateRaw} from 'node:zlib';
import {UserError} from '../../contract/errors.ts';
import type {PositionedFile} from './positionedFile.ts';

/** An entry of a zip archive. */
export interface ZipEntry {
  readonly size: number;
  /** Bytes that it takes in the file. */
  readonly packedSize: number;
  /** Position of the entry's local header in the file. */
  readonly header: number;
  /** Not compressed. */
  readonly stored: boolean;
  /** Compressed in the one way that this reader undoes. */
  readonly deflated: boolean;
}

const endRecord = {signature: 0x06054b50, length: 22, longestComment: 0xffff};
const locator = {signature: 0x07064b50, length: 20};
const endRecord64 = {signature: 0x06064b50, length: 56};
const centralHeader = {signature: 0x02014b50, length: 46};
const localHeader = {signature: 0x04034b50, length: 30};
/** Deflate makes at most so many bytes out of one. */
const maxExpansion = 1032;
/** Bytes of the list of entries, which is held in memory; the largest wheels and checkpoints list some hundred kilobytes. */
const directoryLimit = 16_000_000;

/** Reads the directory of a zip archive, with the 64-bit extension: name -> entry. */
export async function readZipDirectory(file: PositionedFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const {offset, length} = await findDirectory(file);
  if (length > directoryLimit || offset + length > file.size) throw damaged(file);
  const bytes = Buffer.from((await file.read(offset, length)).buffer);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0; at < bytes.length;) {
    if (at + centralHeader.length > bytes.length || bytes.readUInt32LE(at) !== centralHeader.signature)
      throw damaged(file);
    const nameEnd = at + centralHeader.length + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const name = bytes.toString('utf8', at + centralHeader.length, nameEnd);
    if (extraEnd > bytes.length || entries.has(name)) throw damaged(file);
    entries.set(name, parseEntry(bytes.subarray(at, nameEnd), bytes.subarray(nameEnd, extraEnd), file));
    at = extraEnd + bytes.readUInt16LE(at + 32);
  }
  if (overlap([...entries.values()])) throw damaged(file);
  return entries;
}

/** Whether two entries share bytes of the file, which lets a small file unpack to any size. */
function overlap(entries: readonly ZipEntry[]): boolean {
  const inOrder = [...entries].sort((a, b) => a.header - b.header);
  return inOrder.some(({header, packedSize}, i) => {
    const next = inOrder[i + 1];
    return next !== undefined && header + localHeader.length + packedSize > next.header;
  });
}

/** Position of the entry's first content byte; only the local header knows the padding in front of it. */
export async function locateEntry(file: PositionedFile, entry: ZipEntry): Promise<number> {
  if (!entry.stored)
    throw new UserError('zip-compressed', 'The archive is compressed; PyTorch writes it uncompressed.', {
      where: file.path,
    });
  return contentStart(file, entry);
}

/** The content of an entry, uncompressed, as a stream. Damaged data, and more than the directory says, end it with a `UserError`. */
export async function openEntry(file: PositionedFile, entry: ZipEntry): Promise<Readable> {
  const {packedSize, stored, deflated} = entry;
  if (!stored && !deflated)
    throw new UserError('zip-compressed', 'The archive is compressed in an unusual way.', {where: file.path});
  const start = await contentStart(file, entry);
  if (packedSize === 0) return Readable.from([]);
  const packed = createReadStream(file.path, {start, end: start + packedSize - 1, highWaterMark: 1 << 20});
  if (stored) return packed;
  const inflate = createInflateRaw({chunkSize: 1 << 18});
  pipeline(packed, inflate, () => undefined); // Its errors come out of `inflate`, too.
  return Readable.from(inflated(inflate, entry, file));
}

/** The content of an entry of at most `limit` bytes. */
export async function readEntry(file: PositionedFile, entry: ZipEntry, limit: number): Promise<Buffer> {
  if (entry.size > limit) throw damaged(file);
  const chunks: Buffer[] = [];
  for await (const chunk of await openEntry(file, entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function* inflated(chunks: Readable, {size}: ZipEntry, file: PositionedFile): AsyncGenerator<Buffer> {
  let length = 0;
  try {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > size) throw damaged(file);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? damaged(file, error) : error;
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

async function contentStart(file: PositionedFile, {packedSize, header}: ZipEntry): Promise<number> {
  const bytes = Buffer.from((await file.read(header, localHeader.length)).buffer);
  if (bytes.readUInt32LE(0) !== localHeader.signature) throw damaged(file);
  const start = header + localHeader.length + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  if (start + packedSize > file.size) throw damaged(file);
  return start;
}

async function findDirectory(file: PositionedFile): Promise<{offset: number; length: number}> {
  const tailLength = Math.min(file.size, endRecord.length + endRecord.longestComment + locator.length);
  const tail = Buffer.from((await file.read(file.size - tailLength, tailLength)).buffer);
  let at = tail.length - endRecord.length;
  while (at >= 0 && tail.readUInt32LE(at) !== endRecord.signature) at--;
  if (at < 0) throw damaged(file);
  const before = at - locator.length;
  if (before >= 0 && tail.readUInt32LE(before) === locator.signature) {
    return readEndRecord64(file, Number(tail.readBigUInt64LE(before + 8)));
  }
  return {length: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16)};
}

async function readEndRecord64(file: PositionedFile, position: number): Promise<{offset: number; length: number}> {
  if (position + endRecord64.length > file.size) throw damaged(file);
  const bytes = Buffer.from((await file.read(position, endRecord64.length)).buffer);
  if (bytes.readUInt32LE(0) !== endRecord64.signature) throw damaged(file);
  return {length: Number(bytes.readBigUInt64LE(40)), offset: Number(bytes.readBigUInt64LE(48))};
}

function parseEntry(central: Buffer, extra: Buffer, file: PositionedFile): ZipEntry {
  const wide = wideFields(extra);
  const field = (position: number): number => {
    const value = central.readUInt32LE(position);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  // The extension lists only what does not fit, in this order.
  const size = field(24);
  const packedSize = field(20);
  const header = field(42);
  if (header + localHeader.length > file.size) throw damaged(file);
  const method = central.readUInt16LE(10);
  if (size > packedSize * maxExpansion + maxExpansion) throw damaged(file);
  return {size, packedSize, header, stored: method === 0 && packedSize === size, deflated: method === 8};
}

/** The 64-bit values of the zip64 extra field. */
function wideFields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const content = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    return Array.from({length: Math.min(3, Math.floor(content.length / 8))}, (_, i) =>
      Number(content.readBigUInt64LE(8 * i)),
    );
  }
  return [];
}

function damaged(file: PositionedFile, cause?: unknown): UserError {
  return new UserError('zip-invalid', 'The zip archive is damaged or cut off.', {where: file.path, cause});
}
