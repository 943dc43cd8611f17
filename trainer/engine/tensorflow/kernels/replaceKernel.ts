import * as tf from '@tensorflow/tfjs-core';

/** Puts another kernel in the place of TensorFlow's own, which `make` is given for the calls that it leaves to that. */
export function replaceKernel(kernelName: string, make: (original: tf.KernelFunc) => tf.KernelFunc): void {
  const original = tf.getKernel(kernelName, 'tensorflow');
  tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({...original, kernelFunc: make(original.kernelFunc)});
}
