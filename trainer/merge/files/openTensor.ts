import type {DType} from '../../store/weights/dtype.ts';
import {slicesOf} from '../../store/weights/tensorReader.ts';
import type {InputTensor} from '../chunks/mergeBuffers.ts';
import {identityProjection, projectionIndex} from './identityProjection.ts';
import type {MergeInput} from './mergeInput.ts';

/** A tensor of a merge input; a projection that it does not have is the identity. */
export async function openTensor(
  {reader}: Pick<MergeInput, 'reader'>,
  name: string,
  shape: readonly number[],
): Promise<InputTensor> {
  if (!reader.shapes.has(name) && projectionIndex(name) !== null) {
    const identity = identityProjection(name, shape);
    return {dtype: 'F32', slices: slicesOf(new Uint8Array(identity.buffer))};
  }
  return {dtype: reader.dtypes.get(name) as DType, slices: await reader.slices(name)};
}
