import * as tf from '@tensorflow/tfjs-core';
import {heldOutBatch} from '../../trainer/data/batches.ts';
import type {ImageSource} from '../../trainer/data/dataset.ts';
import {flatLayout, flatten, unflatten, type FlatLayout} from '../../trainer/nn/flatParams.ts';
import {disposeParams, type Params} from '../../trainer/nn/params.ts';
import {createRandom, permutation, type Random} from '../../trainer/random.ts';
import {classifyDigits, digitClassifierShapes, digitShape} from '../../trainer/evaluate/networks/digitClassifier.ts';

/** Training digits are moved by up to so many pixels along each axis. */
export const largestShift = 2;

const [SIDE] = digitShape;

export interface DigitTraining {
  /** Digits with labels. */
  source: ImageSource;
  seed: number;
  epochs: number;
  batch: number;
  /** At the start; it falls to zero along a half cosine. */
  learningRate: number;
  onEpoch?(epoch: number, meanLoss: number): void;
}

/** [N,28,28,1] in [-1, 1] and N classes. */
interface DigitBatch {
  images: Float32Array;
  labels: number[];
}

/** Weights and both moments of Adam, [total] each: the classifier is small enough for one segment. */
type AdamState = [weights: tf.Tensor1D, first: tf.Tensor1D, second: tf.Tensor1D];

/**
 * Trains the digit classifier by cross-entropy with Adam. Deterministic in the seed, as far as the engine is.
 * The caller owns the parameters.
 */
export async function trainDigitClassifier(training: DigitTraining): Promise<Params> {
  const {source, seed, epochs, batch, learningRate, onEpoch} = training;
  const initial = initialiseDigitClassifier(createRandom(seed, 'digits', 'initial'));
  const layout = flatLayout(initial);
  const [weights] = flatten([...initial.values()], layout) as [tf.Tensor1D];
  let state: AdamState = [weights, tf.zeros([layout.total]), tf.zeros([layout.total])];
  disposeParams(initial);
  const perEpoch = Math.floor(source.size / batch);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(source.size, createRandom(seed, 'digits', 'shuffle', epoch));
    let sum = 0;
    for (let index = 0; index < perEpoch; index++) {
      const update = epoch * perEpoch + index;
      const rate = (learningRate * (1 + Math.cos((Math.PI * update) / (epochs * perEpoch)))) / 2;
      const digits = [...order.subarray(index * batch, (index + 1) * batch)];
      const {loss, next} = await updateOn(await digitBatch(training, digits, update), layout, state, update + 1, rate);
      tf.dispose(state);
      state = next;
      sum += loss;
    }
    onEpoch?.(epoch + 1, sum / perEpoch);
  }
  const params = unflatten([state[0]], layout);
  tf.dispose(state);
  return params;
}

/** Weights with variance 2 / fan-in, which keeps the scale of ReLU layers (He et al. 2015, eq. 10); biases zero. */
export function initialiseDigitClassifier(random: Random): Params {
  return new Map(
    [...digitClassifierShapes].map(([name, shape]) => {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
      const fanIn = values.length / (shape.at(-1) ?? 1);
      if (shape.length > 1) random.fillNormal(values).forEach((value, i) => (values[i] = value * Math.sqrt(2 / fanIn)));
      return [name, tf.tensor(values, [...shape])];
    }),
  );
}

async function digitBatch({source, seed}: DigitTraining, digits: number[], update: number): Promise<DigitBatch> {
  const images = await heldOutBatch(source, digits);
  const random = createRandom(seed, 'digits', 'shift', update);
  const shift = () => random.int(-largestShift, largestShift + 1);
  for (let start = 0; start < images.length; start += SIDE * SIDE) {
    images.set(shifted(images.subarray(start, start + SIDE * SIDE), shift(), shift()), start);
  }
  return {images, labels: digits.map((digit) => source.label?.(digit) ?? NaN)};
}

/** One 28x28 digit moved right and down; what comes in is background, -1. */
function shifted(image: Float32Array, right: number, down: number): Float32Array {
  return image.map((_, pixel) => {
    const [row, column] = [Math.floor(pixel / SIDE) - down, (pixel % SIDE) - right];
    const inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
    return inside ? (image[row * SIDE + column] ?? NaN) : -1;
  });
}

async function updateOn(
  {images, labels}: DigitBatch,
  layout: FlatLayout,
  state: AdamState,
  update: number,
  learningRate: number,
): Promise<{loss: number; next: AdamState}> {
  const [loss, ...next] = tf.tidy(() => {
    const batch = tf.tensor4d(images, [labels.length, ...digitShape]);
    const {value, grad} = tf.valueAndGrad((weights: tf.Tensor1D) =>
      crossEntropy(classifyDigits(unflatten([weights], layout), batch).scores, labels),
    )(state[0]);
    return [value, ...adam(state, grad, update, learningRate)] as const;
  });
  const [value = NaN] = await loss.data();
  loss.dispose();
  return {loss: value, next};
}

/** Mean over the batch of -log p(label), from class scores [N,10]. */
function crossEntropy(scores: tf.Tensor2D, labels: number[]): tf.Scalar {
  const classes = tf.oneHot(tf.tensor1d(labels, 'int32'), 10);
  return tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(classes, tf.logSoftmax(scores)), 1)));
}

/** Kingma & Ba 2015, algorithm 1, with the decays 0.9 and 0.999; `update` counts from 1. */
function adam(
  [weights, first, second]: AdamState,
  gradient: tf.Tensor1D,
  update: number,
  learningRate: number,
): AdamState {
  const m: tf.Tensor1D = tf.add(tf.mul(first, 0.9), tf.mul(gradient, 0.1));
  const v: tf.Tensor1D = tf.add(tf.mul(second, 0.999), tf.mul(tf.square(gradient), 0.001));
  const root = tf.add(tf.sqrt(tf.div(v, 1 - 0.999 ** update)), 1e-8);
  return [tf.sub(weights, tf.mul(tf.div(m, root), learningRate / (1 - 0.9 ** update))), m, v];
}
