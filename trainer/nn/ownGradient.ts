import * as tf from '@tensorflow/tfjs-core';
import type {GradSaveFunc, Tensor} from '@tensorflow/tfjs-core';

/**
 * An operation with a gradient of its own, which gives back its memory early: tfjs by itself keeps whatever a gradient computes, and
 * what was saved for it, until the whole way back has ended. First derivatives only.
 *
 * @param forward the result, and what the backward pass needs.
 * @param backward the gradients with respect to the inputs, from that of the result and what was saved.
 */
export function ownGradient<Inputs extends Tensor[], Saved extends Tensor[], Output extends Tensor>(
  inputs: readonly [...Inputs],
  forward: (...inputs: Inputs) => {value: Output; saved: readonly [...Saved]},
  backward: (dy: Output, saved: Saved) => Tensor[],
): Output {
  const operation = tf.customGrad<Output>((...given: (Tensor | GradSaveFunc)[]) => {
    const save = given.pop() as GradSaveFunc;
    const {value, saved} = forward(...(given as Inputs));
    save([...saved]);
    return {
      value,
      gradFunc: (dy: Output, saved: Tensor[]) => {
        const gradients = tf.tidy(() => backward(dy, saved as Saved));
        tf.dispose(saved);
        return gradients;
      },
    };
  });
  return operation(...inputs);
}
