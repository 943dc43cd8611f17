import {UserError} from '../../contract/errors.ts';
import {withModernNames} from './legacyNames.ts';
import {openSafetensors} from './safetensors.ts';
import type {TensorReader} from './tensorReader.ts';
import {openTorchFile} from './torch/torchFile.ts';

/** Opens a bare weights file by its ending, `.safetensors` or PyTorch's `.bin`, `.pt`, `.pth`, `.ckpt`; old attention names become today's. */
export async function openWeightsFile(path: string): Promise<TensorReader> {
  const reader = await openByEnding(path);
  try {
    return withModernNames(reader, path);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Opens several files as one set of tensors. */
export async function openWeightsFiles(paths: readonly string[]): Promise<TensorReader> {
  const readers: TensorReader[] = [];
  try {
    for (const path of paths) readers.push(await openWeightsFile(path));
    return joinReaders(readers, paths);
  } catch (error) {
    await Promise.all(readers.map((reader) => reader.close()));
    throw error;
  }
}

function openByEnding(path: string): Promise<TensorReader> {
  if (path.endsWith('.safetensors')) return openSafetensors(path);
  if (/\.(bin|pt|pth|ckpt)$/.test(path)) return openTorchFile(path);
  throw new UserError(
    'format-unsupported',
    'This is not a weights file (.safetensors, or .bin, .pt, .pth, .ckpt of PyTorch).',
    {where: path},
  );
}

function joinReaders(readers: readonly TensorReader[], paths: readonly string[]): TensorReader {
  const [first] = readers;
  if (readers.length === 1 && first !== undefined) return first;
  const owner = new Map<string, TensorReader>();
  readers.forEach((reader, i) => {
    for (const name of reader.shapes.keys()) {
      if (owner.has(name))
        throw new UserError('shards-overlap', `Tensor '${name}' lies in two shards.`, {where: paths[i]});
      owner.set(name, reader);
    }
  });
  const ownerOf = (name: string): TensorReader => {
    const reader = owner.get(name);
    if (reader === undefined) throw new UserError('tensor-missing', `There is no tensor '${name}'.`, {where: paths[0]});
    return reader;
  };
  return {
    shapes: new Map(readers.flatMap((reader) => [...reader.shapes])),
    dtypes: new Map(readers.flatMap((reader) => [...reader.dtypes])),
    metadata: new Map(readers.flatMap((reader) => [...reader.metadata])),
    read: (name, into) => ownerOf(name).read(name, into),
    readBytes: (name) => ownerOf(name).readBytes(name),
    slices: async (name) => ownerOf(name).slices(name),
    close: async () => {
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}
