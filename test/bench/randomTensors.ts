import {isProjection} from '../../trainer/contract/model/projectionName.ts';
import {initialValues} from '../../trainer/models/initialise.ts';
import {fileShape} from '../../trainer/models/layout.ts';
import type {TensorSource} from '../../trainer/store/weights/safetensors.ts';

/**
 * Random weights for a network with these shapes, as a training begins with, each made when it is written. Random values have no order, so
 * they are not put into that of files.
 */
export function randomTensors(
  shapes: ReadonlyMap<string, readonly number[]>,
  dtype: 'F32' | 'F16' = 'F32',
): TensorSource[] {
  return [...shapes]
    .filter(([name]) => !isProjection(name))
    .map(([name, shape]) => ({name, shape: fileShape(shape), dtype, read: () => initialValues(shapes, name, 0)}));
}
