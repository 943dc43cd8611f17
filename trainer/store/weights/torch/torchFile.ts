import {UserError} from '../../../contract/errors.ts';
import {bytesPerElement, widen} from '../dtype.ts';
import {openPositioned, type PositionedFile} from '../../files/positionedFile.ts';
import {readFloats} from '../readFloats.ts';
import {elementCount, slicesOf, type TensorReader, type TensorSlices} from '../tensorReader.ts';
import {parseStateDict, type TorchTensor} from './torchPickle.ts';
import {locateEntry, readZipDirectory, type ZipEntry} from '../../files/zipFile.ts';

interface Archive {
  readonly file: PositionedFile;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Name of the archive's only top folder, which PyTorch calls after the file, with its slash. */
  readonly prefix: string;
}

/** A state dict without its tensors is small; anything near this is no state dict. */
const pickleLimit = 32_000_000;

/**
 * Opens a state dict that `torch.save` wrote (PyTorch 1.6 or newer: a zip of uncompressed entries). Only tensors are interpreted, and
 * each is read from its place in the file when asked for.
 */
export async function openTorchFile(path: string): Promise<TensorReader> {
  const file = await openPositioned(path);
  try {
    const archive = await openArchive(file);
    const tensors = parseStateDict(await readEntry(archive, 'data.pkl', pickleLimit), path);
    for (const [name, tensor] of tensors) checkBounds(name, tensor, archive);
    return readerOf(archive, tensors);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openArchive(file: PositionedFile): Promise<Archive> {
  const start = await file.read(0, Math.min(4, file.size));
  if (Buffer.from(start).toString('latin1') !== 'PK\x03\x04') {
    throw new UserError('torch-file-old', 'This is not a zip archive, as PyTorch writes since version 1.6.', {
      where: file.path,
      hint: 'Load the state dict with a newer PyTorch and save it again, better as safetensors.',
    });
  }
  const entries = await readZipDirectory(file);
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined)
    throw invalid(file.path, 'The archive holds no data.pkl, so it was not written by torch.save.');
  const archive = {file, entries, prefix: pickle.slice(0, -'data.pkl'.length)};
  await refuseBigEndian(archive);
  return archive;
}

async function refuseBigEndian(archive: Archive): Promise<void> {
  if (!archive.entries.has(`${archive.prefix}byteorder`)) return;
  const order = Buffer.from(await readEntry(archive, 'byteorder', 16)).toString('latin1');
  if (order !== 'little')
    throw invalid(archive.file.path, `The byte order is '${order}'; only little-endian files can be read.`);
}

async function readEntry({file, entries, prefix}: Archive, name: string, limit: number): Promise<Uint8Array> {
  const entry = entries.get(`${prefix}${name}`);
  if (entry === undefined || entry.size > limit)
    throw invalid(file.path, `The archive's entry ${name} is missing or too large.`);
  return file.read(await locateEntry(file, entry), entry.size);
}

function checkBounds(name: string, tensor: TorchTensor, {file, entries, prefix}: Archive): void {
  const {storage, offset} = tensor;
  const stored = entries.get(`${prefix}data/${storage.key}`)?.size ?? 0;
  const needed = offset + spannedElements(tensor);
  // Strides of 0 let a few bytes stand for any number of elements.
  if (elementCount(tensor.shape) * bytesPerElement[storage.dtype] > file.size) {
    throw invalid(file.path, `Tensor '${name}' is larger than the file that it lies in.`);
  }
  if (needed > storage.elements || storage.elements * bytesPerElement[storage.dtype] > stored) {
    throw invalid(file.path, `Tensor '${name}' reaches beyond its storage.`);
  }
}

/** Elements of the storage from a tensor's first to its last. */
function spannedElements({shape, strides}: TorchTensor): number {
  if (elementCount(shape) === 0) return 0;
  return 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 0);
}

function readerOf(archive: Archive, tensors: ReadonlyMap<string, TorchTensor>): TensorReader {
  const tensorOf = (name: string): TorchTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined)
      throw new UserError('tensor-missing', `There is no tensor '${name}'.`, {where: archive.file.path});
    return tensor;
  };
  const readBytes = (name: string) => readTensor(archive, tensorOf(name));
  const slices = (name: string) => tensorSlices(archive, tensorOf(name));
  const dtypeOf = (name: string) => tensorOf(name).storage.dtype;
  return {
    shapes: new Map([...tensors].map(([name, {shape}]) => [name, shape])),
    dtypes: new Map([...tensors].map(([name, {storage}]) => [name, storage.dtype])),
    metadata: new Map(),
    readBytes,
    read: async (name, into) =>
      into ? readFloats(await slices(name), dtypeOf(name), into) : widen(await readBytes(name), dtypeOf(name)),
    slices,
    close: () => archive.file.close(),
  };
}

async function readTensor({file, entries, prefix}: Archive, tensor: TorchTensor): Promise<Uint8Array> {
  const {storage, offset} = tensor;
  const entry = entries.get(`${prefix}data/${storage.key}`);
  const width = bytesPerElement[storage.dtype];
  const span = spannedElements(tensor);
  if (entry === undefined || span === 0) return new Uint8Array(0);
  const bytes = await file.read((await locateEntry(file, entry)) + offset * width, span * width);
  return isRowMajor(tensor) ? bytes : gather(bytes, tensor, width);
}

/** A view with other strides is put together as a whole first. */
async function tensorSlices(archive: Archive, tensor: TorchTensor): Promise<TensorSlices> {
  const {file, entries, prefix} = archive;
  const {storage, offset} = tensor;
  const entry = entries.get(`${prefix}data/${storage.key}`);
  if (entry === undefined || !isRowMajor(tensor)) return slicesOf(await readTensor(archive, tensor));
  const start = (await locateEntry(file, entry)) + offset * bytesPerElement[storage.dtype];
  return {read: (at, target) => file.readNow(start + at, target)};
}

function isRowMajor({shape, strides}: TorchTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** The elements of a strided view in row-major order. */
function gather(bytes: Uint8Array, {shape, strides}: TorchTensor, width: number): Uint8Array {
  const out = new Uint8Array(elementCount(shape) * width);
  let written = 0;
  const copyAxis = (axis: number, element: number): void => {
    if (axis === shape.length) {
      out.set(bytes.subarray(element * width, (element + 1) * width), written);
      written += width;
      return;
    }
    const size = shape[axis] ?? 0;
    for (let i = 0; i < size; i++) copyAxis(axis + 1, element + i * (strides[axis] ?? 0));
  };
  copyAxis(0, 0);
  return out;
}

function invalid(path: string, message: string): UserError {
  return new UserError('torch-file-invalid', message, {where: path});
}
