import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {convGeometry, type ConvGradientAttributes} from '../../../trainer/engine/convGeometry.ts';
import {plainConv} from '../../../trainer/engine/plainConv.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

type Shape4D = [number, number, number, number];
type ExplicitPadding = [[number, number], [number, number], [number, number], [number, number]];

interface ConvCase {
  images: Shape4D;
  filter: Shape4D;
  strides: number | [number, number];
  pad: ConvGradientAttributes['pad'];
}

const ones: ExplicitPadding = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];
const uneven: ExplicitPadding = [
  [0, 0],
  [0, 1],
  [2, 1],
  [0, 0],
];

const cases: ConvCase[] = [
  {images: [2, 7, 6, 3], filter: [1, 1, 3, 4], strides: 1, pad: 'valid'},
  {images: [2, 7, 6, 3], filter: [1, 1, 3, 4], strides: 2, pad: 'valid'},
  {images: [2, 8, 8, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same'},
  {images: [1, 9, 7, 2], filter: [3, 3, 2, 5], strides: 1, pad: 'valid'},
  {images: [2, 8, 8, 3], filter: [3, 3, 3, 4], strides: 2, pad: 'same'},
  {images: [2, 9, 9, 3], filter: [3, 3, 3, 4], strides: 2, pad: 'same'},
  {images: [2, 10, 8, 3], filter: [3, 3, 3, 4], strides: 2, pad: 'valid'},
  {images: [2, 8, 11, 1], filter: [4, 4, 1, 3], strides: 2, pad: 'valid'},
  {images: [2, 8, 8, 2], filter: [4, 4, 2, 3], strides: 1, pad: 'same'},
  {images: [1, 12, 9, 2], filter: [5, 5, 2, 2], strides: 1, pad: 'same'},
  {images: [1, 12, 9, 2], filter: [5, 3, 2, 2], strides: [2, 3], pad: 'valid'},
  {images: [3, 5, 5, 1], filter: [3, 3, 1, 1], strides: 1, pad: 'same'},
  // Channels of single pixels of which oneDNN's blocks leave some over.
  {images: [2, 6, 6, 40], filter: [1, 1, 40, 16], strides: 1, pad: 'same'},
  {images: [1, 4, 4, 320], filter: [1, 1, 320, 64], strides: 1, pad: 'same'},
  {images: [1, 4, 4, 512], filter: [1, 1, 512, 64], strides: 1, pad: 'valid'},
];

/** The gradient kernels of tfjs-node know no explicit padding; the models pad first and convolve 'valid'. */
const explicitCases: ConvCase[] = [
  {images: [2, 8, 8, 3], filter: [3, 3, 3, 4], strides: 2, pad: ones},
  {images: [2, 7, 9, 3], filter: [3, 3, 3, 4], strides: 1, pad: ones},
  {images: [2, 8, 7, 2], filter: [4, 4, 2, 3], strides: 2, pad: uneven},
  // A padding wider than k-1, so that some gradients fall outside the image at its start.
  {images: [1, 6, 6, 2], filter: [1, 1, 2, 3], strides: 1, pad: ones},
  {images: [1, 6, 5, 2], filter: [2, 2, 2, 3], strides: 2, pad: uneven},
];

describeOnEngines('gradients of conv2d', (engine) => {
  for (const conv of engine === 'wasm' ? [...cases, ...explicitCases] : cases) {
    it(`match plain loops for ${title(conv)}`, async () => {
      const geometry = convGeometry(conv.images, conv.filter, conv);
      const images = waves(conv.images, 0.7);
      const filter = waves(conv.filter, 1.3);
      const outputGradient = waves(geometry.outShape, 2.1);
      const plain = plainConv(geometry);
      const [output, byInput, byFilter] = await compute(conv, images, filter, outputGradient, geometry.outShape);
      expectRelative(output, plain.output(images, filter));
      expectRelative(byInput, plain.inputGradient(outputGradient, filter));
      expectRelative(byFilter, plain.filterGradient(images, outputGradient));
    });
  }

  it('are right each of fifty times where images and results have one channel', async () => {
    // What oneDNN returned there with AVX-512 depended on what its memory held before.
    for (const [strides, pad] of [
      [1, 'same'],
      [2, 'valid'],
    ] as const) {
      const conv: ConvCase = {images: [2, 8, 9, 1], filter: [3, 3, 1, 1], strides, pad};
      const geometry = convGeometry(conv.images, conv.filter, conv);
      const [images, filter] = [waves(conv.images, 0.7), waves(conv.filter, 1.3)];
      const outputGradient = waves(geometry.outShape, 2.1);
      const expected = plainConv(geometry).inputGradient(outputGradient, filter);
      for (let i = 0; i < 50; i++) {
        const [, byInput] = await compute(conv, images, filter, outputGradient, geometry.outShape);
        expectRelative(byInput, expected);
      }
    }
  });

  it('leave no tensors behind', async () => {
    const conv = cases[4] as ConvCase;
    const {outShape} = convGeometry(conv.images, conv.filter, conv);
    await expectNoLeak(async () => {
      await compute(conv, waves(conv.images, 0.7), waves(conv.filter, 1.3), waves(outShape, 2.1), outShape);
    });
  });
});

async function compute(
  {images: imageShape, filter: filterShape, strides, pad}: ConvCase,
  images: Float32Array,
  filter: Float32Array,
  outputGradient: Float32Array,
  outputShape: Shape4D,
): Promise<[Float32Array, Float32Array, Float32Array]> {
  const convolve = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
  const results = tf.tidy(() => {
    const inputs = [tf.tensor4d(images, imageShape), tf.tensor4d(filter, filterShape)] as const;
    return [convolve(...inputs), ...tf.grads(convolve)([...inputs], tf.tensor(outputGradient, outputShape))];
  });
  const arrays = await Promise.all(results.map((result) => result.data()));
  tf.dispose(results);
  expect(arrays).toHaveLength(3);
  return arrays as unknown as [Float32Array, Float32Array, Float32Array];
}

/** Relative to the largest value: sums of hundreds of products, in single precision and another order. */
function expectRelative(actual: Float32Array, expected: Float32Array): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expectAllClose(actual, expected, 5e-6 * largest);
}

function waves(shape: readonly number[], pitch: number): Float32Array {
  return Float32Array.from({length: tf.util.sizeFromShape([...shape])}, (_, i) => Math.sin((i + 1) * pitch));
}

function title({images, filter, strides, pad}: ConvCase): string {
  return `[${images.join()}] by [${filter.join()}], stride ${String(strides)}, ${typeof pad === 'string' ? pad : JSON.stringify(pad)}`;
}
