import {mkdir} from 'node:fs/promises';
import {dirname} from 'node:path';
import {nullForUserError, UserError} from '../../../contract/errors.ts';
import type {NchwImages} from '../../../sample/nchw.ts';
import {requireApart, requireFree} from '../../../store/files/pathIdentity.ts';
import type {DType} from '../../../store/weights/dtype.ts';
import {openSafetensors, writeSafetensors, type TensorSource} from '../../../store/weights/safetensors.ts';

/** A tensor of a safetensors file, in PyTorch's order. */
export interface FileArray {
  readonly values: Float32Array;
  readonly shape: readonly number[];
  /** Number format in the file. */
  readonly dtype: DType;
}

/** Reads the tensor `key`, whose axes must be as many as those of `axes`, such as `[N,C,H,W]`. Throws UserErrors. */
export async function readArray(file: string, key: string, axes: string): Promise<FileArray> {
  const reader = await openSafetensors(file);
  try {
    const [shape, dtype] = [reader.shapes.get(key), reader.dtypes.get(key)];
    if (shape === undefined || dtype === undefined) {
      const hint = `It holds ${[...reader.shapes.keys()].slice(0, 20).join(', ')}.`;
      throw new UserError('tensor-missing', `There is no tensor '${key}'.`, {where: file, hint});
    }
    if (shape.length !== axes.split(',').length) {
      throw new UserError('arrays-mismatch', `${key} has shape [${shape.join(', ')}] instead of ${axes}.`, {
        where: file,
      });
    }
    return {values: await reader.read(key), shape, dtype};
  } finally {
    await reader.close();
  }
}

/** Of an array with four axes. */
export function imagesOf({values, shape: [count = 0, channels = 0, height = 0, width = 0]}: FileArray): NchwImages {
  return {values, shape: [count, channels, height, width]};
}

/** Where results go. */
export interface ArrayOutput {
  readonly out: string;
  readonly overwrite?: boolean;
}

/** Checks before any work that results may be written: not over the inputs, and over another file only where it holds just these tensors. */
export async function requireOutput(
  {out, overwrite}: ArrayOutput,
  inputs: readonly string[],
  names: readonly string[],
): Promise<void> {
  await requireApart(out, inputs);
  await requireFree(out, {overwrite, isOwn: (path) => holdsOnly(path, names)});
}

export async function writeArrays({out}: ArrayOutput, tensors: readonly TensorSource[]): Promise<void> {
  await mkdir(dirname(out), {recursive: true});
  await writeSafetensors(out, tensors);
}

async function holdsOnly(path: string, names: readonly string[]): Promise<boolean> {
  const reader = await openSafetensors(path).catch(nullForUserError);
  if (reader === null) return false;
  await reader.close();
  return reader.shapes.size > 0 && [...reader.shapes.keys()].every((name) => names.includes(name));
}
