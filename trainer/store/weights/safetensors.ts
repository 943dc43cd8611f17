import {createHash} from 'node:crypto';
import type {FileHandle} from 'node:fs/promises';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {UserError} from '../../contract/errors.ts';
import {writeAtomic} from '../files/atomicFile.ts';
import {bytesPerElement, dtypes, narrow, widen, type DType} from './dtype.ts';
import {EarlyFlush} from '../files/earlyFlush.ts';
import {defaultLimits} from '../files/jsonLimits.ts';
import {openPositioned, type PositionedFile} from '../files/positionedFile.ts';
import {formatHeader, parseHeader, type SafetensorsHeader, type TensorEntry} from './safetensorsHeader.ts';
import {readFloats} from './readFloats.ts';
import {elementCount, type TensorReader, type TensorSlices} from './tensorReader.ts';
import {writeFully} from '../files/writeFully.ts';

/** A tensor to write; what it holds is asked for once, when its turn comes, and dropped after writing. */
export type TensorSource = WholeTensor | PiecewiseTensor;

interface TensorPlace {
  readonly name: string;
  /** PyTorch order. */
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A tensor whose little-endian bytes come in pieces; each may be overwritten as soon as the next is asked for. */
export interface PiecewiseTensor extends TensorPlace {
  pieces(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface WholeTensor extends TensorPlace {
  /** Floats for F32, F16 and BF16 (rounded to nearest even); BigInt64Array for I64; raw little-endian bytes for any dtype. */
  read(): Promise<Float32Array | BigInt64Array | Uint8Array> | Float32Array | BigInt64Array | Uint8Array;
}

/** The format allows six times as much, but a header of a thousand tensors has a hundred kilobytes, and all of it is held in memory. */
const headerLimit = defaultLimits.bytes;

/** Opens a safetensors file: reads and checks the header, then tensors on demand by position. */
export async function openSafetensors(path: string): Promise<TensorReader> {
  const file = await openPositioned(path);
  try {
    const {header, dataStart} = await readHeader(file);
    return readerOf(file, header, dataStart);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Streams tensors into a safetensors file, atomically, with the layout of the official library: tensors by falling dtype, then name;
 * `format: pt` in the metadata, without which transformers refuses a file.
 *
 * @param late the metadata as they are once the tensors are written, in just as many bytes; left out: as given
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Record<string, string> = {},
  late?: () => Promise<Record<string, string>>,
): Promise<void> {
  await write(path, tensors, metadata, () => undefined, late);
}

/** The same, and returns the SHA-256 of the file. */
export async function writeHashedSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Record<string, string> = {},
): Promise<string> {
  const hash = createHash('sha256');
  await write(path, tensors, metadata, (bytes) => hash.update(bytes));
  return hash.digest('hex');
}

async function write(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Record<string, string>,
  onBytes: (bytes: Uint8Array) => void,
  late?: () => Promise<Record<string, string>>,
): Promise<void> {
  const ordered = [...tensors].sort(
    (a, b) => dtypes.indexOf(b.dtype) - dtypes.indexOf(a.dtype) || (a.name < b.name ? -1 : 1),
  );
  const entries = layOut(ordered);
  const headerWith = (metadata: Record<string, string>) =>
    formatHeader({entries, metadata: new Map(Object.entries({format: 'pt', ...metadata}))});
  await writeAtomic(path, async (file) => {
    const header = headerWith(metadata);
    await writeContent(file, header, ordered, onBytes);
    if (late) await replaceHeader(file, header.length, headerWith(await late()));
  });
}

async function replaceHeader(file: FileHandle, length: number, header: Uint8Array): Promise<void> {
  if (header.length !== length) throw new Error(`a header of ${header.length} bytes in the place of ${length}`);
  await file.write(header, 0, length, 0);
}

async function readHeader(file: PositionedFile): Promise<{header: SafetensorsHeader; dataStart: number}> {
  const invalid = (message: string) => new UserError('safetensors-invalid', message, {where: file.path});
  if (file.size < 8) throw invalid('The file is too short for a safetensors file.');
  const length = new DataView((await file.read(0, 8)).buffer).getBigUint64(0, true);
  if (length > BigInt(headerLimit))
    throw invalid(`The header claims ${length} bytes, but at most ${headerLimit} are allowed.`);
  const dataStart = 8 + Number(length);
  if (dataStart > file.size) throw invalid(`The header claims ${length} bytes, but the file has only ${file.size}.`);
  const bytes = await file.read(8, Number(length));
  return {header: parseHeader(bytes, file.size - dataStart, file.path), dataStart};
}

function readerOf(file: PositionedFile, {entries, metadata}: SafetensorsHeader, dataStart: number): TensorReader {
  const entryOf = (name: string): TensorEntry => {
    const entry = entries.get(name);
    if (entry === undefined) throw new UserError('tensor-missing', `There is no tensor '${name}'.`, {where: file.path});
    return entry;
  };
  const readBytes = async (name: string) => {
    const {begin, end} = entryOf(name);
    return file.read(dataStart + begin, end - begin);
  };
  const slicesOf = (name: string): TensorSlices => {
    const {begin} = entryOf(name);
    return {read: (offset, target) => file.readNow(dataStart + begin + offset, target)};
  };
  return {
    shapes: new Map([...entries].map(([name, entry]) => [name, entry.shape])),
    dtypes: new Map([...entries].map(([name, entry]) => [name, entry.dtype])),
    metadata,
    readBytes,
    read: async (name, into) =>
      into ? readFloats(slicesOf(name), entryOf(name).dtype, into) : widen(await readBytes(name), entryOf(name).dtype),
    slices: async (name) => slicesOf(name),
    close: () => file.close(),
  };
}

function layOut(tensors: readonly TensorSource[]): Map<string, TensorEntry> {
  const entries = new Map<string, TensorEntry>();
  let begin = 0;
  for (const {name, dtype, shape} of tensors) {
    if (entries.has(name)) throw new Error(`two tensors are named ${name}`);
    const end = begin + elementCount(shape) * bytesPerElement[dtype];
    entries.set(name, {dtype, shape, begin, end});
    begin = end;
  }
  return entries;
}

async function writeContent(
  file: FileHandle,
  header: Uint8Array,
  tensors: readonly TensorSource[],
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const flush = new EarlyFlush(file);
  let sinceTurn = 0;
  const append = async (bytes: Uint8Array) => {
    onBytes(bytes);
    writeFully(file.fd, bytes);
    flush.wrote(bytes.length);
    sinceTurn += bytes.length;
    if (sinceTurn < turnBytes) return;
    sinceTurn = 0;
    await nextTurn();
  };
  await append(header);
  for (const tensor of tensors) {
    let length = 0;
    for await (const bytes of piecesOf(tensor)) {
      await append(bytes);
      length += bytes.length;
    }
    const expected = elementCount(tensor.shape) * bytesPerElement[tensor.dtype];
    if (length !== expected) throw new Error(`${tensor.name} has ${length} bytes instead of ${expected}`);
  }
  await flush.end();
}

/** So many bytes are written at once, which blocks, before others have their turn: a signal, a progress bar. */
const turnBytes = 1 << 24;

async function* piecesOf(tensor: TensorSource): AsyncGenerator<Uint8Array> {
  if ('pieces' in tensor) yield* tensor.pieces();
  else yield narrow(await tensor.read(), tensor.dtype);
}
