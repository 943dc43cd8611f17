import * as tf from '@tensorflow/tfjs';
import {beforeAll} from 'vitest';

/** Computes the tests of a file on the plain JavaScript backend, for arithmetic that needs no engine. */
export function useCpuBackend(): void {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
}
