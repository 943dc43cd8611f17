import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {expectNoLeak} from '../../helpers/engine/tensorCount.ts';

interface ProductCase {
  /** Batch dimensions of the two sides; their sizes are broadcast. */
  left: number[];
  right: number[];
}

const batches: ProductCase[] = [
  {left: [], right: []},
  {left: [1], right: [1]},
  {left: [3], right: [3]},
  {left: [3], right: [1]},
  {left: [1], right: [3]},
  {left: [2, 3], right: [2, 3]},
  {left: [2, 3], right: []},
];
/** Rows, inner dimension and columns; a narrow right side is transposed in place of a long left one. */
const sizes: [number, number, number][] = [
  [4, 5, 3],
  [8, 7, 1],
];

describeOnEngines('matMul', () => {
  for (const [batch, size] of batches.flatMap((batch) => sizes.map((size) => [batch, size] as const))) {
    const [rows, inner, columns] = size;
    for (const [transposeLeft, transposeRight] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      it(`matches plain loops for batches [${batch.left.join()}] and [${batch.right.join()}] of ${size.join('x')}, transposed ${transposeLeft}, ${transposeRight}`, async () => {
        const leftShape = [...batch.left, ...(transposeLeft ? [inner, rows] : [rows, inner])];
        const rightShape = [...batch.right, ...(transposeRight ? [columns, inner] : [inner, columns])];
        const [left, right] = [waves(leftShape, 0.7), waves(rightShape, 1.9)];
        const product = tf.tidy(() =>
          tf.matMul(tf.tensor(left, leftShape), tf.tensor(right, rightShape), transposeLeft, transposeRight),
        );
        expect(product.shape).toEqual([...(batch.left.length > 0 ? longer(batch) : batch.right), rows, columns]);
        expectAllClose(await product.data(), plainProduct(left, right, size, transposeLeft, transposeRight), 1e-5);
        product.dispose();
      });
    }
  }

  it('has the gradients of a dense layer: x^T dy and dy w^T', async () => {
    const [x, w, dy] = [waves([2, 4, 5], 0.3), waves([5, 3], 0.9), waves([2, 4, 3], 1.1)];
    const dense = (a: tf.Tensor, b: tf.Tensor) => tf.reshape(tf.matMul(tf.reshape(a, [8, 5]), b), [2, 4, 3]);
    const [byX, byW] = tf.tidy(() =>
      tf.grads(dense)([tf.tensor(x, [2, 4, 5]), tf.tensor(w, [5, 3])], tf.tensor(dy, [2, 4, 3])),
    );
    expectAllClose(await (byX as tf.Tensor).data(), multiply(dy, w, 8, 3, 5, false, true), 1e-5);
    expectAllClose(await (byW as tf.Tensor).data(), multiply(x, dy, 5, 8, 3, true, false), 1e-5);
    tf.dispose([byX, byW] as tf.Tensor[]);
  });

  it('leaves no tensors behind', async () => {
    await expectNoLeak(() => {
      tf.tidy(() => void tf.matMul(tf.ones([3, 4, 5]), tf.ones([3, 6, 5]), false, true));
      tf.tidy(() => void tf.matMul(tf.ones([3, 5, 4]), tf.ones([1, 5, 6]), true, false));
    });
  });
});

function longer({left, right}: ProductCase): number[] {
  const [a, b] = [tf.util.sizeFromShape(left), tf.util.sizeFromShape(right)];
  return a >= b ? left : right;
}

/** A single matrix on one side goes with each entry of the other. */
function plainProduct(
  left: Float32Array,
  right: Float32Array,
  [rows, inner, columns]: readonly [number, number, number],
  transposeLeft: boolean,
  transposeRight: boolean,
): number[] {
  const entries = Math.max(left.length / (rows * inner), right.length / (inner * columns));
  return Array.from({length: entries}, (_, entry) => {
    const a = entryOf(left, rows * inner, entry);
    const b = entryOf(right, inner * columns, entry);
    return multiply(a, b, rows, inner, columns, transposeLeft, transposeRight);
  }).flat();
}

function entryOf(values: Float32Array, size: number, entry: number): Float32Array {
  return values.length === size ? values : values.subarray(entry * size, (entry + 1) * size);
}

function multiply(
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
): number[] {
  const product: number[] = [];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++)
        sum += (a[transposeA ? l * m + i : i * k + l] ?? NaN) * (b[transposeB ? j * k + l : l * n + j] ?? NaN);
      product.push(sum);
    }
  }
  return product;
}

function waves(shape: readonly number[], pitch: number): Float32Array {
  return Float32Array.from({length: tf.util.sizeFromShape([...shape])}, (_, i) => Math.sin((i + 1) * pitch));
}
