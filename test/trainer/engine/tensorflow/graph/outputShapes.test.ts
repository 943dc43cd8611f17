import {expect, it} from 'vitest';
import {outputShapes, type KnownTensor} from '../../../../../trainer/engine/tensorflow/graph/outputShapes.ts';

function known(shape: readonly number[], values?: readonly number[]): KnownTensor {
  return {shape, dtype: 1, values};
}

const images = known([2, 9, 12, 4]);
const conv = (strides: number[], padding: string) =>
  new Map<string, unknown>([
    ['strides', strides],
    ['padding', padding],
    ['data_format', 'NHWC'],
  ]);

it.each([
  ['Conv2D', [images, known([3, 3, 4, 5])], conv([1, 2, 2, 1], 'SAME'), [2, 5, 6, 5]],
  ['Conv2D', [images, known([3, 2, 4, 5])], conv([1, 1, 1, 1], 'VALID'), [2, 7, 11, 5]],
  ['Conv2D', [images, known([3, 3, 4, 5])], conv([1, 2, 2, 1], 'VALID'), [2, 4, 5, 5]],
  ['Conv2D', [images, known([3, 3, 4, 5])], conv([1, 2, 2, 1], 'EXPLICIT'), undefined],
  ['Conv3D', [known([1, 1, 9, 12, 4]), known([1, 3, 3, 4, 5])], conv([1, 1, 2, 2, 1], 'SAME'), [1, 1, 5, 6, 5]],
  ['PadV2', [images, known([4, 2], [0, 0, 1, 0, 1, 2, 0, 0]), known([])], new Map(), [2, 10, 15, 4]],
  ['Slice', [images, known([4], [0, 0, 0, 0]), known([4], [2, 3, 12, 4])], new Map(), [2, 3, 12, 4]],
  ['ResizeNearestNeighbor', [images, known([2], [17, 24])], new Map(), [2, 17, 24, 4]],
  ['NobodyKnows', [images], new Map(), undefined],
] as const)('tells what TensorFlow would make: %s %#', (op, inputs, attributes, expected) => {
  expect(outputShapes(op, inputs, attributes)).toEqual(expected && [expected]);
});
