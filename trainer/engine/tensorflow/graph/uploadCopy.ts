import type {Tensor} from '@tensorflow/tfjs-core';
import type {TensorflowBackend} from './tensorflowBackend.ts';

/** A float tensor in memory of TensorFlow's own. Where their address suits it, it would take the memory of the values themselves. */
export function uploadCopy(backend: TensorflowBackend, values: Float32Array, shape: readonly number[]): Tensor {
  const {binding} = backend;
  const given = binding.createTensor([...shape], binding.TF_FLOAT, values);
  try {
    const type = {name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT};
    const [copy] = binding.executeOp('DeepCopy', [type], [given], 1);
    if (!copy) throw new Error('TensorFlow made no copy of a tensor');
    return backend.createOutputTensor(copy);
  } finally {
    binding.deleteTensor(given);
  }
}
