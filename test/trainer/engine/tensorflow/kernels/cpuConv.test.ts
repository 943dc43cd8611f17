import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {createProgram} from '../../../../../trainer/engine/createProgram.ts';
import {createRandom} from '../../../../../trainer/random.ts';
import {maxAbsDifference} from '../../../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../../../helpers/engine/engines.ts';

function normal(name: string, shape: number[]): tf.Tensor4D {
  const values = createRandom(3, name).fillNormal(new Float32Array(shape.reduce((a, b) => a * b, 1)));
  return tf.tensor4d(values, shape as [number, number, number, number]);
}

/** A convolution as the sum of products at each tap of its filter. */
function byTaps(x: tf.Tensor4D, filter: tf.Tensor4D, stride: number, pad: 'same' | 'valid'): tf.Tensor {
  const [height, width, input, output] = filter.shape;
  const {padInfo, outHeight, outWidth} = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, stride, 1, pad);
  const {top, bottom, left, right} = padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const products = Array.from({length: height * width}, (_, tap) => {
    const [row, column] = [Math.floor(tap / width), tap % width];
    const end = [x.shape[0], row + (outHeight - 1) * stride + 1, column + (outWidth - 1) * stride + 1, input];
    const seen = tf.stridedSlice(padded, [0, row, column, 0], end, [1, stride, stride, 1]);
    const weights = tf.reshape(tf.slice(filter, [row, column, 0, 0], [1, 1, input, output]), [input, output]);
    return tf.reshape(tf.matMul(tf.reshape(seen, [-1, input]), weights), [x.shape[0], outHeight, outWidth, output]);
  });
  return tf.addN(products);
}

describeOnEngines('large convolutions of few pixels', () => {
  it.each([
    ['one image', [1, 9, 12, 64], [3, 3, 64, 200], 1, 'same'],
    ['one image, halved', [1, 9, 12, 64], [3, 3, 64, 200], 2, 'valid'],
    ['two images', [2, 9, 12, 64], [3, 3, 64, 200], 1, 'same'],
    ['many weights', [1, 6, 5, 640], [3, 3, 640, 528], 1, 'same'],
    ['many weights, two images, halved', [2, 7, 6, 640], [3, 3, 640, 528], 2, 'same'],
    ['a window that is not square', [1, 6, 8, 64], [1, 5, 64, 400], 1, 'valid'],
  ] as const)('are what they are elsewhere: %s', async (_, shape, filterShape, stride, pad) => {
    const [x, filter] = [normal('x', [...shape]), normal('filter', [...filterShape])];
    const expected = await byTaps(x, filter, stride, pad).data();
    const scale = Math.sqrt(filterShape[0] * filterShape[1] * filterShape[2]);
    const program = createProgram([filter], {
      convolve: {
        examples: [x],
        body: (state, [x]) => ({
          state,
          outputs: [tf.conv2d(x as tf.Tensor4D, state[0] as tf.Tensor4D, stride, pad)],
        }),
      },
    });
    const [output] = program.run('convolve', [x]);
    expect(maxAbsDifference((await output?.data()) ?? [], expected) / scale).toBeLessThan(3e-5);
    const alone = await tf.conv2d(x, filter, stride, pad).data();
    expect(maxAbsDifference(alone, expected) / scale).toBeLessThan(3e-5);
    program.dispose();
  });
});
