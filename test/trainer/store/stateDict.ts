import {dictPickle, tensorPickle, writeZip} from './torchArchive.ts';

/** A tensor in PyTorch order. */
export interface DictTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Writes float32 tensors as `torch.save` writes a state dict. */
export async function writeStateDict(path: string, tensors: Readonly<Record<string, DictTensor>>): Promise<string> {
  const entries = Object.entries(tensors);
  const pickled = entries.map(([name, {shape, values}], key) => {
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
    return [name, tensorPickle({key: `${key}`, elements: values.length, shape, strides})] as const;
  });
  const storages = entries.map(([, {values}], key) => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return [`model/data/${key}`, bytes] as const;
  });
  await writeZip(path, {'model/data.pkl': dictPickle(Object.fromEntries(pickled)), ...Object.fromEntries(storages)});
  return path;
}
