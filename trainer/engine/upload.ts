import {getBackend, tensor, backend as currentBackend, type Tensor} from '@tensorflow/tfjs-core';
import {uploadCopy} from './tensorflow/graph/uploadCopy.ts';
import type {TensorflowBackend} from './tensorflow/graph/tensorflowBackend.ts';

/**
 * A float tensor with its own copy of the values in the memory of the engine, so that `values` may be overwritten at once. A plain tensor
 * may keep the array that it was made of.
 */
export function upload(values: Float32Array, shape: readonly number[]): Tensor {
  const engine = getBackend();
  if (engine === 'tensorflow') return uploadCopy(currentBackend() as unknown as TensorflowBackend, values, shape);
  return tensor(engine === 'wasm' ? values : values.slice(), [...shape], 'float32');
}
