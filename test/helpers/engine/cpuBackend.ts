import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {beforeAll} from 'vitest';
import '../../../trainer/engine/gradients.ts';

/** Computes the tests of a file on the plain JavaScript backend, for arithmetic that needs no engine. */
export function useCpuBackend(): void {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
}
