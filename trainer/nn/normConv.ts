import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';
import {
  normAgain,
  normBackward,
  normForward,
  normInputs,
  type GroupNormAffine,
  type GroupNormSettings,
  type SavedNorm,
} from './groupNorm.ts';
import {convGradients} from './layers.ts';
import {ownGradient} from './ownGradient.ts';

/**
 * GroupNorm, SiLU if asked for, and a convolution [kh,kw,in,out] with 'same' padding as one operation: the normalised image, which is as large
 * as the input and which the gradient by the kernel needs, is not kept for the way back but computed again there. The way back of the norm
 * computes nearly all of that anyway, so it costs one product. First derivatives only.
 */
export function groupNormConv(
  x: Tensor4D,
  affine: GroupNormAffine,
  settings: GroupNormSettings,
  kernel: Tensor4D,
  bias: Tensor1D | null,
): Tensor4D {
  const normalised = normInputs(x, affine);
  const inputs: Tensor[] = [...normalised, kernel, ...(bias === null ? [] : [bias])];
  return ownGradient(
    inputs,
    (...given: Tensor[]) => {
      const [x, gamma, beta, shift] = given.slice(0, normalised.length) as [Tensor4D, Tensor, Tensor, Tensor?];
      const {value, saved} = normForward(x, {gamma, beta, shift}, settings);
      const convolved: Tensor4D = tf.conv2d(value, kernel, 1, 'same');
      return {value: bias === null ? convolved : tf.add<Tensor4D>(convolved, bias), saved: [...saved, kernel]};
    },
    (dy: Tensor4D, saved: Tensor[]) => {
      const norm = saved.slice(0, -1) as SavedNorm;
      const again = normAgain(norm, settings);
      const [dValue, dKernel] = convGradients(dy, [again.value, saved.at(-1) as Tensor4D], 1, 'same');
      const gradients = normBackward(dValue as Tensor4D, again, norm, affine, settings);
      return [...gradients, dKernel as Tensor, ...(bias === null ? [] : [tf.sum(dy, [0, 1, 2])])];
    },
  );
}
