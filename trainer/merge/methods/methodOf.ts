import type {MergeMethod} from '../../contract/config/merge/mergeMethod.ts';
import {MergeBuffers} from '../chunks/mergeBuffers.ts';
import {productBytes} from '../chunks/taskProducts.ts';
import {modelStockMethod, slerpMethod} from './angles.ts';
import {linearMethod} from './linear.ts';
import {rankBytes} from './magnitudeRank.ts';
import {breadcrumbsMethod, dareMethod} from './sparse.ts';
import type {TensorMethod} from './tensorMethod.ts';
import {tiesMethod} from './ties.ts';

/** The memory of a merge by any method, with room to measure the task vectors besides. */
export function mergeBuffers(experts: number, chunk: number): MergeBuffers {
  return new MergeBuffers(experts, chunk, rankBytes + 2 * productBytes(experts));
}

/** The method that a config or a recipe names. */
export function methodOf(method: MergeMethod, buffers: MergeBuffers): TensorMethod {
  switch (method.kind) {
    case 'linear':
      return linearMethod(method.lambda);
    case 'ties':
      return tiesMethod(buffers, method.density, method.lambda, method.mean);
    case 'dare':
      return dareMethod(buffers, method.density, method.seed, method);
    case 'breadcrumbs':
      return breadcrumbsMethod(buffers, method.density, method.gamma, method);
    case 'slerp':
      return slerpMethod(buffers);
    case 'model-stock':
      return modelStockMethod(buffers);
  }
}
