import {UserError} from '../../contract/errors.ts';
import type {PositionedFile} from '../../store/files/positionedFile.ts';

/** A plain file in a tar file. Its name is never a path on this machine. */
export interface TarEntry {
  readonly name: string;
  /** Where its bytes lie. */
  readonly start: number;
  readonly size: number;
}

const block = 512;
/** Bytes of a name that has a block of its own. */
const longestName = 65_536;

/**
 * The plain files of a tar file in their order; links, folders and devices are left out. Reads headers only: ustar with GNU's and POSIX's
 * long names and sizes. Throws a UserError where the file is damaged or ends early.
 * Format: POSIX.1-2017, pax, "ustar Interchange Format".
 */
export async function* tarEntries(file: PositionedFile): AsyncGenerator<TarEntry> {
  let next: {name?: string; size?: number} = {};
  let at = 0;
  while (at + block <= file.size) {
    const header = Buffer.from((await file.read(at, block)).buffer);
    if (header.every((byte) => byte === 0)) return;
    if (!hasChecksum(header)) throw damaged(file.path, at, 'a header does not have its checksum');
    const size = next.size ?? number(header.subarray(124, 136));
    const start = at + block;
    if (!Number.isSafeInteger(size) || size < 0 || start + size > file.size)
      throw damaged(file.path, at, `an entry of ${size} bytes does not fit in the file`);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') next = {...next, name: text(await named(file, at, start, size))};
    else if (type === 'x') next = {...next, ...extended(await named(file, at, start, size))};
    else {
      if (type === '0' || type === '\0' || type === '7') yield {name: next.name ?? nameOf(header), start, size};
      // What comes before an entry of another type is about that one. `g` is about all and holds no names.
      if (type !== 'g') next = {};
    }
    at = start + Math.ceil(size / block) * block;
  }
  if (at !== file.size) throw damaged(file.path, at, 'it is cut off');
}

async function named(file: PositionedFile, at: number, start: number, size: number): Promise<Buffer> {
  if (size > longestName) throw damaged(file.path, at, `a name has ${size} bytes`);
  return Buffer.from((await file.read(start, size)).buffer);
}

function nameOf(header: Buffer): string {
  const isUstar = header.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar ? text(header.subarray(345, 500)) : '';
  const name = text(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `path` and `size` of records `LENGTH KEY=VALUE\n`. */
function extended(records: Buffer): {name?: string; size?: number} {
  const found: {name?: string; size?: number} = {};
  for (let at = 0; at < records.length;) {
    const space = records.indexOf(' ', at);
    const length = space < 0 ? NaN : Number(records.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > records.length) return found;
    const record = records.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === 'path') found.name = value;
    if (key === 'size') found.size = Number(value);
    at += length;
  }
  return found;
}

/** Octal digits, or GNU's base 256 for what is larger. */
function number(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) === 0) {
    const digits = text(field).trim();
    return /^[0-7]*$/.test(digits) ? parseInt(digits || '0', 8) : NaN;
  }
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, (field[0] ?? 0) & 0x7f);
}

/** Up to the first zero. */
function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

function hasChecksum(header: Buffer): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return number(header.subarray(148, 156)) === sum;
}

function damaged(where: string, at: number, reason: string): UserError {
  return new UserError('data-invalid', `This tar file is damaged at byte ${at}: ${reason}.`, {
    where,
    hint: 'Download or write the file again. Compressed tar files (.tar.gz) have to be unpacked before.',
  });
}
