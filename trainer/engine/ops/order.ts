import * as tf from '@tensorflow/tfjs-core';
import {activeRecorder} from '../tensorflow/graph/graphRecorder.ts';

// In what order operations run, where they are recorded for TensorFlow. Other engines run them one after the other as they come.

/** What may run beside all that comes after it, until something asks for its result. */
export function aside<T extends tf.TensorContainer>(body: () => T): T {
  return activeRecorder()?.aside(body) ?? body();
}

/** Bodies of which each begins only when the one before it is done, or two at once, and whose temporaries end with them. */
export function inTurn<T extends tf.TensorContainer>(bodies: readonly (() => T)[]): T[] {
  return activeRecorder()?.inTurn(bodies) ?? bodies.map((body) => tf.tidy(body));
}
