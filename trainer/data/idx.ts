import {UserError} from '../contract/errors.ts';
import {readRegularFile} from '../store/files/regularFile.ts';

export interface IdxFile {
  /** Sizes of the dimensions: [images, rows, columns] or [labels]. */
  readonly dimensions: readonly number[];
  /** The values behind the header, in C order. */
  readonly values: Uint8Array;
  /** The whole file, for its hash. */
  readonly bytes: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
/** The whole file lies in memory; that of MNIST has 47 MB. */
const largestFile = 2 ** 31 - 1;

/**
 * Reads an idx file of unsigned bytes with the given number of dimensions (3 for images, 1 for labels).
 * The layout is that of http://yann.lecun.com/exdb/mnist: two zero bytes, the type, the number of dimensions, then one
 * big-endian 32-bit size per dimension.
 */
export async function readIdx(path: string, rank: number): Promise<IdxFile> {
  const bytes = await readWhole(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = UNSIGNED_BYTE * 256 + rank;
  if (bytes.length < 4 || view.getUint32(0) !== magic) throw wrongMagic(path, bytes, magic);
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) throw truncated(path, bytes.length, headerBytes);
  const dimensions = Array.from({length: rank}, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = headerBytes + dimensions.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) throw truncated(path, bytes.length, expected);
  if (dimensions.includes(0)) throw empty(path, dimensions);
  return {dimensions, values: bytes.subarray(headerBytes), bytes};
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(path, largestFile);
  } catch (cause) {
    throw new UserError('data-missing', 'This idx file cannot be read.', {
      where: path,
      hint: 'Set data.path to the folder with the four unpacked MNIST files, or leave it out for the installed digits.',
      cause,
    });
  }
}

function wrongMagic(path: string, bytes: Uint8Array, magic: number): UserError {
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
  const found = bytes.subarray(0, 4).reduce((value, byte) => value * 256 + byte, 0);
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return new UserError('data-invalid', `Not an idx file: it begins with ${hex(found)} where ${hex(magic)} belongs.`, {
    where: path,
    hint: gzipped ? 'The file is still gzipped: unpack it with gunzip.' : 'Download the file again.',
  });
}

function truncated(path: string, found: number, expected: number): UserError {
  return new UserError('data-invalid', `The file has ${found} bytes where its header says ${expected}.`, {
    where: path,
    hint: 'Download the file again.',
  });
}

function empty(path: string, dimensions: readonly number[]): UserError {
  return new UserError('data-invalid', `The file holds nothing: its sizes are [${dimensions.join(', ')}].`, {
    where: path,
    hint: 'Download the file again.',
  });
}
