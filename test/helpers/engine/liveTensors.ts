import * as tf from '@tensorflow/tfjs-core';

/** What tfjs-node's backend keeps in TensorFlow's C library. */
interface NativeBackend {
  binding: {getNumOfTensors(): number};
}

/** Live tensors of tfjs and, on TensorFlow, of the library; the latter in units of 100,000, so that one cannot make up for the other. */
export function liveTensors(): number {
  const {numTensors} = tf.memory();
  if (tf.getBackend() !== 'tensorflow') return numTensors;
  return numTensors + 100_000 * (tf.backend() as unknown as NativeBackend).binding.getNumOfTensors();
}
