import {onTestFinished} from 'vitest';
import {isProjection} from '../../../trainer/contract/model/projectionName.ts';
import {identityProjection} from '../../../trainer/merge/files/openTensor.ts';
import type {TensorReader} from '../../../trainer/store/weights/tensorReader.ts';
import {openWeightsFile} from '../../../trainer/store/weights/weightsFile.ts';

/** What PyTorch 2.13 made of these files with these weights: merged.safetensors, and norms and cosines of the task vectors. */
export const golden = {
  weights: [0.1, 0.1, 0.2, 0.5],
  norms: [7.131065803249762, 14.274544845067929, 21.357224524615454, 28.43112144433218],
  cosines: [
    [1, -0.0013131791550130695, 0.0032329236234237752, -0.0018390304486735347],
    [-0.0013131791550130695, 1, -0.0037856325316346123, -0.00018885006751817446],
    [0.0032329236234237752, -0.0037856325316346123, 1, 0.0014822577664529042],
    [-0.0018390304486735345, -0.00018885006751817446, 0.0014822577664529042, 1],
  ],
};

export function goldenPath(name: string): string {
  return new URL(`../../fixtures/golden/merge/${name}.safetensors`, import.meta.url).pathname;
}

export const goldenExperts = [0, 1, 2, 3].map((i) => goldenPath(`expert${i}`));

/** A reader that is closed when the running test ends. */
export async function openReader(path: string): Promise<TensorReader> {
  const reader = await openWeightsFile(path);
  onTestFinished(() => reader.close());
  return reader;
}

/** A tensor as the merge takes it: a projection that a model lacks is the identity. */
export function valuesOf(reader: TensorReader, name: string, shape: readonly number[]): Promise<Float32Array> {
  const isLacking = !reader.shapes.has(name) && isProjection(name);
  return isLacking ? Promise.resolve(identityProjection(name, shape)) : reader.read(name);
}
