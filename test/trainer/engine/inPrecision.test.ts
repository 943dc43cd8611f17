import * as tf from '@tensorflow/tfjs-core';
import {describe, expect, it} from 'vitest';
import {createProgram} from '../../../trainer/engine/createProgram.ts';
import {inPrecision} from '../../../trainer/engine/ops/inPrecision.ts';
import {GraphRecorder} from '../../../trainer/engine/tensorflow/graph/graphRecorder.ts';
import type {TensorflowBackend} from '../../../trainer/engine/tensorflow/graph/tensorflowBackend.ts';
import {conv2d, linear} from '../../../trainer/nn/layers.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {toBf16} from '../../helpers/models/bf16.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';

/**
 * Numbers of 1 to 4 in size that bf16 rounds to multiples of 1/16: sums of their products are exact in float32 in any order, so that nothing but
 * the roundings can show.
 */
function nearSixteenths(what: string, shape: readonly number[]): tf.Tensor {
  const random = createRandom(1, what);
  const values = Float32Array.from({length: shape.reduce((a, b) => a * b, 1)}, () => {
    const size = random.int(17, 63) / 16 + 2e-4;
    return random.int(0, 2) === 0 ? size : -size;
  });
  return tf.tensor(values, [...shape]);
}

/** Runs `body` as a recorded function of these tensors. */
function run(inputs: readonly tf.Tensor[], body: (inputs: readonly tf.Tensor[]) => tf.Tensor[]): tf.Tensor[] {
  const recorded = createProgram([], {
    body: {examples: inputs, body: (_, given) => ({state: [], outputs: inPrecision('bf16', () => body(given))})},
  });
  try {
    return recorded.run('body', inputs);
  } finally {
    recorded.dispose();
  }
}

const rounded = async (tensor: tf.Tensor) => Float32Array.from(await tensor.data(), toBf16);
const roundedTensor = async (tensor: tf.Tensor) => tf.tensor(await rounded(tensor), tensor.shape);

/** The gradients of sum(f * weights), and the value of f. */
function withGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: readonly tf.Tensor[], weights: tf.Tensor) {
  let value: tf.Tensor | undefined;
  const loss = (...given: tf.Tensor[]) => {
    value = tf.keep(f(...given));
    return tf.sum<tf.Scalar>(tf.mul(value, weights));
  };
  const {grads} = tf.valueAndGrads(loss)([...inputs]);
  return [value as tf.Tensor, ...grads];
}

const kernels = {
  'a convolution': {
    shapes: [
      [2, 4, 4, 2],
      [3, 3, 2, 4],
    ],
    out: [2, 4, 4, 4],
    f: (x: tf.Tensor, w: tf.Tensor) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, null),
  },
  // Its filter's gradient is a product of matrices on some processors.
  'a convolution at few positions': {
    shapes: [
      [2, 3, 2, 16],
      [3, 3, 16, 20],
    ],
    out: [2, 3, 2, 20],
    f: (x: tf.Tensor, w: tf.Tensor) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, null),
  },
  'a convolution of single pixels': {
    shapes: [
      [2, 3, 3, 16],
      [1, 1, 16, 20],
    ],
    out: [2, 3, 3, 20],
    f: (x: tf.Tensor, w: tf.Tensor) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, null),
  },
  'a matrix product': {
    shapes: [
      [5, 6],
      [6, 4],
    ],
    out: [5, 4],
    f: (x: tf.Tensor, w: tf.Tensor) => linear(x as tf.Tensor2D, w as tf.Tensor2D, null),
  },
} as const;

describeOnEngines('a precision', (engine) => {
  if (engine !== 'tensorflow') {
    it('is refused by an engine that has f32 only, with what to do', () => {
      expect(() => run([tf.ones([2, 2])], ([x]) => [tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D)])).toThrow(
        expect.objectContaining({code: 'precision-unsupported', hint: expect.stringContaining('f32') as string}),
      );
    });
    return;
  }

  it.each(Object.keys(kernels) as (keyof typeof kernels)[])(
    'rounds what %s and its gradients take and make',
    async (name) => {
      const {shapes, out, f} = kernels[name];
      const [x, w] = shapes.map((shape, i) => nearSixteenths(`${name} ${i}`, shape)) as [tf.Tensor, tf.Tensor];
      const weights = nearSixteenths('weights', out);
      const actual = run([x, w, weights], ([x, w, weights]) =>
        withGradients(f, [x as tf.Tensor, w as tf.Tensor], weights as tf.Tensor),
      );
      const exact = withGradients(f, [await roundedTensor(x), await roundedTensor(w)], await roundedTensor(weights));
      for (const [i, tensor] of actual.entries()) {
        expect(await tensor.data()).toEqual(await rounded(exact[i] as tf.Tensor));
      }
      // Else there would have been nothing to round.
      expect(await exact[0]?.data()).not.toEqual(await rounded(exact[0] as tf.Tensor));
    },
  );

  it('leaves sums over an odd number of channels in float32, of which oneDNN computes the last one wrongly', async () => {
    const [x, w] = [nearSixteenths('x', [2, 4, 4, 3]), nearSixteenths('w', [3, 3, 3, 5])];
    const weights = nearSixteenths('weights', [2, 4, 4, 5]);
    const f = (x: tf.Tensor, w: tf.Tensor) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, null);
    const given = ([x, w, weights]: readonly tf.Tensor[]) =>
      withGradients(f, [x as tf.Tensor, w as tf.Tensor], weights as tf.Tensor);
    const [value, byX, byW] = run([x, w, weights], given);
    const [exact, exactByX] = given([x, w, weights]);
    // Rounded ones would be off by up to a tenth.
    expectAllClose(await (value as tf.Tensor).data(), await (exact as tf.Tensor).data(), 1e-3);
    expectAllClose(await (byX as tf.Tensor).data(), await (exactByX as tf.Tensor).data(), 1e-3);
    const [, , roundedByW] = given(await Promise.all([x, w, weights].map(roundedTensor)));
    expect(await byW?.data()).toEqual(await rounded(roundedByW as tf.Tensor));
  });

  it('leaves everything else in float32', async () => {
    const x = nearSixteenths('sum', [64]);
    const [sum] = run([x], ([x]) => [tf.mul(tf.add(x as tf.Tensor, 1), x as tf.Tensor)]);
    expect(await sum?.data()).toEqual(await tf.mul(tf.add(x, 1), x).data());
  });
});

describeOnEngines('the casts of a recorded function', (engine) => {
  if (engine !== 'tensorflow') return describe.skip('are for TensorFlow', () => undefined);

  const castsIn = (body: (x: tf.Tensor2D) => void) => {
    const recorder = new GraphRecorder(tf.backend() as unknown as TensorflowBackend);
    tf.tidy(() => {
      const x = recorder.standIn(tf.ones([4, 4]), recorder.placeholder(1, [4, 4])) as tf.Tensor2D;
      recorder.record('f', () => recorder.inPrecision('bf16', () => body(x)));
    });
    recorder.release();
    return recorder.nodes.filter(({op}) => op === 'Cast').length;
  };

  it('are one for each tensor that goes in, and one for each that comes out', () => {
    expect(castsIn((x) => void tf.matMul(x, x))).toBe(2);
    expect(castsIn((x) => void [tf.matMul(x, x), tf.matMul(x, x, true)])).toBe(3);
  });

  it('are not made of what was rounded already and then only moved', () => {
    expect(castsIn((x) => void tf.matMul(tf.matMul(x, x), x))).toBe(3);
    const moved = (x: tf.Tensor2D) => tf.transpose<tf.Tensor2D>(tf.reshape(tf.matMul(x, x), [2, 8]));
    expect(castsIn((x) => void tf.matMul(moved(x), tf.reshape(x, [2, 8])))).toBe(3);
    const changed = (x: tf.Tensor2D) => tf.mul<tf.Tensor2D>(tf.matMul(x, x), 3);
    expect(castsIn((x) => void tf.matMul(changed(x), x))).toBe(4);
  });
});
