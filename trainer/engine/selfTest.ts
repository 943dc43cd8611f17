import * as tf from '@tensorflow/tfjs-core';
import type {EngineName} from '../contract/engine/engineInfo.ts';
import {UserError} from '../contract/errors.ts';
import {convGeometry} from './convGeometry.ts';
import {plainConv} from './plainConv.ts';

/** A right kernel on a GPU that multiplies in 10-bit mantissas stays below it; a wrong kernel does not. */
const tolerance = 1e-2;

// A type, not an interface: only then tf.tidy takes it for a container of tensors.
type KernelCheck = {
  kernel: string;
  actual: tf.Tensor;
  /** Row-major. */
  expected: number[];
};

interface ConvShapes {
  /** [N, H, W, C] */
  readonly images: readonly [number, number, number, number];
  /** [kh, kw, C, K] */
  readonly filter: readonly [number, number, number, number];
}

const small: ConvShapes = {images: [2, 6, 5, 2], filter: [3, 3, 2, 4]};

/** Channels in fours, and more than a tile of results: other kernels of the same engine. */
const wide: ConvShapes = {images: [2, 8, 8, 8], filter: [3, 3, 8, 36]};

const remedies: Record<EngineName, string> = {
  tensorflow: 'Install the engine again (`deme engine install tensorflow`)',
  webgpu: 'Update the driver of the GPU',
  wasm: 'Use Node 20 or newer and run `npm ci`',
};

/** Computes small convolutions, their gradients, a matrix product and a segment sum, and compares them with plain loops. */
export async function selfTest(engine: EngineName): Promise<void> {
  const checks = tf.tidy(() => [
    ...convChecks(small, 1),
    ...convChecks(small, 2),
    ...convChecks(wide, 1),
    matMulCheck(),
    segmentCheck(),
  ]);
  try {
    for (const check of checks) await compare(engine, check);
  } finally {
    tf.dispose(checks.map(({actual}) => actual));
  }
}

async function compare(engine: EngineName, {kernel, actual, expected}: KernelCheck): Promise<void> {
  const values = await actual.data();
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? NaN))), 0);
  // Written so that a NaN fails.
  if (values.length === expected.length && worst <= tolerance) return;
  throw new UserError(
    'engine-wrong',
    `The engine ${engine} computes ${kernel} wrongly: it is off by ${worst.toPrecision(3)}.`,
    {hint: `${remedies[engine]}, or use another engine, and do not train with this one.`},
  );
}

function convChecks(shapes: ConvShapes, stride: number): KernelCheck[] {
  const geometry = convGeometry([...shapes.images], [...shapes.filter], {strides: stride, pad: 'valid'});
  const images = eighths(tf.util.sizeFromShape([...shapes.images]), 1);
  const filter = eighths(tf.util.sizeFromShape([...shapes.filter]), 2);
  const outputGradient = eighths(tf.util.sizeFromShape(geometry.outShape), 3);
  const convolve = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, 'valid');
  const inputs: [tf.Tensor, tf.Tensor] = [tf.tensor(images, [...shapes.images]), tf.tensor(filter, [...shapes.filter])];
  const output = convolve(...inputs);
  const [byInput, byFilter] = tf.grads(convolve)(inputs, tf.tensor(outputGradient, geometry.outShape));
  const plain = plainConv(geometry);
  return [
    {kernel: tf.Conv2D, actual: output, expected: [...plain.output(images, filter)]},
    {
      kernel: tf.Conv2DBackpropInput,
      actual: present(byInput),
      expected: [...plain.inputGradient(outputGradient, filter)],
    },
    {
      kernel: tf.Conv2DBackpropFilter,
      actual: present(byFilter),
      expected: [...plain.filterGradient(images, outputGradient)],
    },
  ];
}

/** Two batch entries of transposed matrices: [2, 2, 3]^T [2, 4, 2]^T. */
function matMulCheck(): KernelCheck {
  const left = eighths(12, 4);
  const right = eighths(16, 5);
  const expected = Array.from({length: 24}, (_, i) => {
    const [entry, row, column] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
    return [0, 1].reduce(
      (sum, k) => sum + (left[entry * 6 + k * 3 + row] ?? 0) * (right[entry * 8 + column * 2 + k] ?? 0),
      0,
    );
  });
  const actual = tf.matMul(tf.tensor(left, [2, 2, 3]), tf.tensor(right, [2, 4, 2]), true, true);
  return {kernel: tf.BatchMatMul, actual, expected};
}

function segmentCheck(): KernelCheck {
  const values = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
  const actual = tf.unsortedSegmentSum(values, tf.tensor1d([2, 0, 2], 'int32'), 3);
  return {kernel: tf.UnsortedSegmentSum, actual, expected: [3, 4, 0, 0, 6, 8]};
}

/** Multiples of 1/8 in [-1, 1]: their products and short sums are exact in every number format that an engine may use inside. */
function eighths(length: number, seed: number): Float32Array {
  return Float32Array.from({length}, (_, i) => (((i + seed) * 7919 + seed * 104729) % 17) / 8 - 1);
}

function present(gradient: tf.Tensor | undefined): tf.Tensor {
  if (gradient === undefined) throw new Error('tf.grads gave fewer gradients than inputs');
  return gradient;
}
