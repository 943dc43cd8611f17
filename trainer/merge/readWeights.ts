import type {TensorReader} from '../store/tensorReader.ts';
import {identityProjection, projectionIndex} from './identityProjection.ts';

/** A tensor of a merge input; a projection that it does not have is the identity. */
export async function readWeights(reader: TensorReader, name: string, shape: readonly number[]): Promise<Float32Array> {
  if (!reader.shapes.has(name) && projectionIndex(name) !== null) return identityProjection(name, shape);
  return reader.read(name);
}
