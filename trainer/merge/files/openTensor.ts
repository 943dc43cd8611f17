import {UserError} from '../../contract/errors.ts';
import {isProjection} from '../../contract/model/projectionName.ts';
import type {DType} from '../../store/weights/dtype.ts';
import {slicesOf} from '../../store/weights/tensorReader.ts';
import type {InputTensor} from '../chunks/mergeBuffers.ts';
import type {MergeInput} from './mergeInput.ts';

/** A tensor of a merge input; a projection that it does not have is the identity. */
export async function openTensor(
  {reader}: Pick<MergeInput, 'reader'>,
  name: string,
  shape: readonly number[],
): Promise<InputTensor> {
  if (!reader.shapes.has(name) && isProjection(name)) {
    const identity = identityProjection(name, shape);
    return {dtype: 'F32', slices: slicesOf(new Uint8Array(identity.buffer))};
  }
  return {dtype: reader.dtypes.get(name) as DType, slices: await reader.slices(name)};
}

/**
 * What a model without the projection of that shape ([C, C, 1, 1], PyTorch order) computes: the identity. Zero would be wrong,
 * since the task vector of a projection is W - I.
 */
export function identityProjection(name: string, shape: readonly number[]): Float32Array {
  const [out, input] = shape;
  const square = shape.length === 4 && out !== undefined && out === input && shape[2] === 1 && shape[3] === 1;
  if (!square) {
    throw new UserError(
      'merge-projection-shape',
      `${name} has shape [${shape.join(', ')}]; a channel-wise projection has [C, C, 1, 1].`,
    );
  }
  const identity = new Float32Array(out * out);
  for (let channel = 0; channel < out; channel++) identity[channel * (out + 1)] = 1;
  return identity;
}
