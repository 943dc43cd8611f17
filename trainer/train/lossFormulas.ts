import * as tf from '@tensorflow/tfjs-core';
import {byLossTerm, type LossTerm, lossTermNames} from '../contract/run/lossTerms.ts';

/** What the loss of a batch is made of. */
export interface LossInputs {
  /** What the student predicts, [N,H,W,C]. */
  readonly prediction: tf.Tensor4D;
  /** What it should predict: epsilon, v or sample, [N,H,W,C]. */
  readonly target: tf.Tensor4D;
  /** What the frozen original predicts, [N,H,W,C]; null in a training without it. */
  readonly original: tf.Tensor4D | null;
}

/** One term of the training loss. */
interface LossFormula {
  /** The unweighted loss of each image, [N], as it is logged; null in a training that does not have this term. */
  perImage(inputs: LossInputs): tf.Tensor1D | null;
  /** What it adds to the loss of each image, [N]. */
  weighted(perImage: tf.Tensor1D, weights: LossWeights): tf.Tensor1D;
}

/** What the terms are multiplied by. */
export interface LossWeights {
  /** Of each image by its noise level, [N]; omitted: 1. */
  readonly denoise?: tf.Tensor1D;
  readonly consistency: number;
}

/** DeMe's finetuning loss (paper Eq. 3-5) by its terms; a term that comes to it is a row here and in `contract/run/lossTerms.ts`. */
export const lossFormulas: Readonly<Record<LossTerm, LossFormula>> = {
  denoise: {
    perImage: ({prediction, target}) => errorPerImage(prediction, target),
    weighted: (loss, {denoise}) => (denoise ? tf.mul(loss, denoise) : loss),
  },
  consistency: {
    perImage: ({prediction, original}) => original && errorPerImage(prediction, original),
    weighted: (loss, {consistency}) => tf.mul(loss, consistency),
  },
};

/** The unweighted terms of a batch, [N] each; null for one that the training does not have. */
export function lossesPerImage(inputs: LossInputs): Record<LossTerm, tf.Tensor1D | null> {
  return byLossTerm((term) => lossFormulas[term].perImage(inputs));
}

/** The loss of each image, [N]: the weighted sum of its terms. */
export function weightedSum(terms: Record<LossTerm, tf.Tensor1D | null>, weights: LossWeights): tf.Tensor1D {
  const parts = lossTermNames.flatMap((term) => {
    const loss = terms[term];
    return loss === null ? [] : [lossFormulas[term].weighted(loss, weights)];
  });
  return parts.reduce((sum, part) => tf.add(sum, part));
}

/** Mean squared error over height, width and channels: [N,H,W,C] twice -> [N]. */
function errorPerImage(prediction: tf.Tensor4D, target: tf.Tensor4D): tf.Tensor1D {
  const pixels = prediction.size / prediction.shape[0];
  const difference = tf.reshape(tf.squaredDifference(prediction, target), [prediction.shape[0], pixels]);
  return tf.mean(difference, 1);
}
