import {widen} from '../../store/weights/dtype.ts';
import {readFloats} from '../../store/weights/readFloats.ts';
import {slicesOf, type TensorReader} from '../../store/weights/tensorReader.ts';
import type {MergeInput} from './mergeInput.ts';

/** Loads all tensors of an input into memory, in their number format, for repeated merges; closes its files. */
export async function residentInput(input: MergeInput): Promise<MergeInput> {
  const {reader} = input;
  try {
    const tensors = new Map<string, Uint8Array>();
    for (const name of reader.shapes.keys()) tensors.set(name, Uint8Array.from(await reader.readBytes(name)));
    return {...input, reader: residentReader(reader, tensors)};
  } finally {
    await reader.close();
  }
}

function residentReader(
  {shapes, dtypes, metadata}: TensorReader,
  tensors: ReadonlyMap<string, Uint8Array>,
): TensorReader {
  const bytesOf = (name: string) => {
    const bytes = tensors.get(name);
    if (bytes === undefined) throw new Error(`the model has no tensor ${name}`);
    return bytes;
  };
  return {
    shapes,
    dtypes,
    metadata,
    read: async (name, into) => {
      const [bytes, dtype] = [bytesOf(name), dtypes.get(name) ?? 'F32'];
      return into ? readFloats(slicesOf(bytes), dtype, into) : widen(bytes, dtype);
    },
    readBytes: async (name) => bytesOf(name),
    slices: async (name) => slicesOf(bytesOf(name)),
    close: async () => undefined,
  };
}
