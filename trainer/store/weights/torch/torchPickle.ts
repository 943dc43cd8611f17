import * as z from 'zod';
import {UserError} from '../../../contract/errors.ts';
import {dtypes, type DType} from '../dtype.ts';
import {unpickle, type PickleCallable} from './pickle.ts';

/** A run of elements of one type, kept in an archive entry of its own. */
export class TorchStorage {
  readonly dtype: DType;
  readonly key: string;
  readonly elements: number;

  constructor(dtype: DType, key: string, elements: number) {
    this.dtype = dtype;
    this.key = key;
    this.elements = elements;
    Object.freeze(this);
  }
}

/** A view into a storage; offset and strides count elements. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    Object.freeze(this);
  }
}

const Size = z.int().min(0);
const Shape = z.array(Size);
const TensorArguments = z.tuple([z.instanceof(TorchStorage), Size, Shape, Shape], z.unknown());

const storageClasses: ReadonlyMap<PickleCallable, DType> = new Map(dtypes.map((dtype) => [storageClass(), dtype]));

const StorageId = z.tuple([
  z.literal('storage'),
  z.custom<PickleCallable>((value) => typeof value === 'function' && storageClasses.has(value as PickleCallable)),
  z.string(),
  z.string(),
  Size,
]);

const storageNames: Record<DType, string> = {
  F32: 'torch.FloatStorage',
  F16: 'torch.HalfStorage',
  BF16: 'torch.BFloat16Storage',
  F64: 'torch.DoubleStorage',
  I64: 'torch.LongStorage',
  I32: 'torch.IntStorage',
  U8: 'torch.ByteStorage',
  BOOL: 'torch.BoolStorage',
};

/** What checkpoints of trainings name beside their state dict, for losses and settings: nothing of it is made, an empty dict takes its place. */
const besides = [
  'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
  '__builtin__.set',
  'builtins.set',
];

/** Everything that a pickle may name. The machine calls these functions and no others. */
const allowed: ReadonlyMap<string, PickleCallable> = new Map<string, PickleCallable>([
  ['collections.OrderedDict', emptyDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', ([tensor]) => tensor],
  ...[...storageClasses].map(([callable, dtype]): [string, PickleCallable] => [storageNames[dtype], callable]),
  ...besides.map((name): [string, PickleCallable] => [name, () => new Map()]),
]);

/**
 * The tensors of a pickled state dict, bare or under the key `state_dict`. A pickle is a program; this one is interpreted with the names
 * of `allowed` only, and the first other name is refused.
 */
export function parseStateDict(pickle: Uint8Array, path: string): ReadonlyMap<string, TorchTensor> {
  const top = asDict(parsePickle(pickle, path));
  const dict = asDict(top?.get('state_dict')) ?? top;
  if (dict === undefined) throw invalid(path, 'The file holds no state dict.');
  const tensors = new Map<string, TorchTensor>();
  for (const [name, value] of dict) {
    if (typeof name !== 'string') throw invalid(path, 'The state dict has a key that is no text.');
    if (!(value instanceof TorchTensor)) throw invalid(path, `The entry '${name}' of the state dict is not a tensor.`);
    tensors.set(name, value);
  }
  return tensors;
}

function asDict(value: unknown): ReadonlyMap<unknown, unknown> | undefined {
  return value instanceof Map ? value : undefined;
}

function parsePickle(pickle: Uint8Array, path: string): unknown {
  try {
    return unpickle(pickle, {resolve: (module, name) => resolveName(`${module}.${name}`, path), load: resolveStorage});
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw invalid(path, 'The pickle in the file is damaged or no state dict.', cause);
  }
}

function resolveName(name: string, path: string): PickleCallable {
  const callable = allowed.get(name);
  if (callable !== undefined) return callable;
  throw new UserError('pickle-refused', `The file names the Python object ${name}, so it is no plain state dict.`, {
    where: path,
    hint: 'Nothing of it was run. Save model.state_dict() or, better, a safetensors file.',
  });
}

/** What is longer than any argument is not given to zod, which would note every wrong item. */
const maxItems = 16;

function requireShort(values: unknown): void {
  if (Array.isArray(values) && values.length > maxItems) throw new Error('too many arguments');
}

function resolveStorage(id: unknown): TorchStorage {
  requireShort(id);
  const [, type, key, , elements] = StorageId.parse(id);
  const dtype = storageClasses.get(type);
  if (dtype === undefined) throw new Error('not a storage class');
  return new TorchStorage(dtype, key, elements);
}

/** Python 3 makes it empty and sets its entries afterwards. */
function emptyDict(values: readonly unknown[]): Map<unknown, unknown> {
  if (values.length > 0) throw new Error('a dict is made of pairs');
  return new Map();
}

function rebuildTensor(values: readonly unknown[]): TorchTensor {
  for (const value of [values, ...values.slice(0, maxItems)]) requireShort(value);
  const [storage, offset, shape, strides] = TensorArguments.parse(values);
  if (shape.length !== strides.length) throw new Error('shape and strides differ in length');
  return new TorchTensor(storage, offset, shape, strides);
}

/** A token that only stands for its class: a pickle passes it on, and calling it is an error. */
function storageClass(): PickleCallable {
  return () => {
    throw new Error('a storage class is not callable');
  };
}

function invalid(path: string, message: string, cause?: unknown): UserError {
  return new UserError('torch-file-invalid', message, {where: path, cause});
}
