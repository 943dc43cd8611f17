import * as tf from '@tensorflow/tfjs-core';
import type {Precision} from '../../contract/config/precision.ts';
import {activeRecorder} from '../tensorflow/graph/graphRecorder.ts';
import {requirePrecision} from './requirePrecision.ts';

/**
 * What `body` computes, with the inputs and results of its convolutions and matrix products (and of their gradients) rounded to this
 * precision. Throws a UserError where it is not f32 and the engine has no other.
 */
export function inPrecision<T extends tf.TensorContainer>(precision: Precision, body: () => T): T {
  if (precision === 'f32') return body();
  const recorder = activeRecorder();
  if (recorder) return recorder.inPrecision(precision, body);
  requirePrecision(precision, tf.getBackend());
  // What TensorFlow does not record as a graph is no training and no prediction.
  throw new Error(`${precision} is for what is recorded`);
}
