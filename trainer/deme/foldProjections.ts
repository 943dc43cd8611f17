import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';
import {projectionName} from '../contract/model/projectionName.ts';
import {UserError} from '../contract/errors.ts';
import {param, type Params} from '../nn/params.ts';
import type {ProjectionSite} from '../nn/projections.ts';

/**
 * The same network without projections, for stock loaders. Each projection goes into the layers that feed it, exactly; where there are
 * none, because the site sees a residual sum or a skip connection branches off, it must be the identity. The caller owns the result.
 */
export async function foldProjections(params: Params, sites: readonly ProjectionSite[]): Promise<Params> {
  for (const [index, {feedingLayers}] of sites.entries()) {
    if (feedingLayers === null) await requireIdentity(params, projectionName(index));
  }
  const folded = new Map([...params].map(([name, tensor]) => [name, tf.clone(tensor)]));
  for (const [index, {feedingLayers}] of sites.entries()) {
    const name = projectionName(index);
    if (feedingLayers !== null) await foldInto(folded, feedingLayers, name);
    folded.get(name)?.dispose();
    folded.delete(name);
  }
  return folded;
}

/** (K x + b) W = (K W) x + b W: the output axis of the kernel, the last in memory, and the bias are multiplied by W. */
async function foldInto(params: Map<string, Tensor>, layers: readonly string[], name: string): Promise<void> {
  const projection = params.get(name);
  if (projection === undefined) return;
  const matrix = (await projection.data()) as Float32Array;
  for (const part of layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`])) {
    const old = param(params, part);
    const values = timesMatrix((await old.data()) as Float32Array, matrix, projection.shape[3] ?? 0);
    params.set(part, tf.tensor(values, old.shape, 'float32'));
    old.dispose();
  }
}

/** Rows of `size` values times a matrix [size, size], summed in double: the same bytes on every engine, as a merge recipe promises. */
function timesMatrix(rows: Float32Array, matrix: Float32Array, size: number): Float32Array {
  const result = new Float32Array(rows.length);
  const sums = new Float64Array(size);
  for (let first = 0; first < rows.length; first += size) {
    sums.fill(0);
    for (let i = 0; i < size; i++) {
      const value = rows[first + i]!;
      for (let j = 0; j < size; j++) sums[j] = sums[j]! + value * matrix[i * size + j]!;
    }
    result.set(sums, first);
  }
  return result;
}

async function requireIdentity(params: Params, name: string): Promise<void> {
  const projection = params.get(name);
  if (projection === undefined) return;
  const values = await projection.data();
  const channels = projection.shape[3] ?? 0;
  if (values.every((value, i) => value === (i % (channels + 1) === 0 ? 1 : 0))) return;
  throw new UserError(
    'projection-not-foldable',
    `Projection ${name} cannot be folded: it is not the identity, and no convolution alone feeds it.`,
    {hint: "Train with projection 'stock-compatible', or keep the projections in the merged model."},
  );
}
