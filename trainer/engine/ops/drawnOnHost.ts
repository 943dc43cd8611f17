import * as tf from '@tensorflow/tfjs-core';
import {activeRecorder} from '../tensorflow/graph/graphRecorder.ts';

/** A tensor of the values that `draw` makes on the host; where it is recorded for TensorFlow, `draw` is called for each run. */
export function drawnOnHost(shape: readonly number[], draw: () => Float32Array): tf.Tensor {
  return activeRecorder()?.drawn(shape, draw) ?? tf.tensor(draw(), [...shape]);
}
