import * as tf from '@tensorflow/tfjs-core';

/**
 * Matrix product with leading batch dimensions as products of two plain matrices: the only form that wasm gives to its fast
 * library, and ten to twenty times the speed of the others, which are what the gradient of each dense layer asks for.
 *
 * @param left [..., M, K], or [..., K, M] when transposed
 * @param right [..., K, N], or [..., N, K] when transposed
 * @param multiply wasm's own kernel, for rank 3 with a batch of one and no transposition
 * @returns [..., M, N]
 */
export function batchMatMul(
  left: tf.Tensor,
  right: tf.Tensor,
  transpose: {left: boolean; right: boolean},
  multiply: (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D,
): tf.Tensor {
  return tf.tidy(() => {
    const a = transpose.left ? swapLast(left) : left;
    const b = transpose.right ? swapLast(right) : right;
    const [rows, inner] = matrixShape(a);
    const columns = matrixShape(b)[1];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const a3 = tf.reshape<tf.Rank.R3>(a, [-1, rows, inner]);
    const b3 = tf.reshape<tf.Rank.R3>(b, [-1, inner, columns]);
    const product = b3.shape[0] === 1 ? foldedProduct(a3, b3, multiply) : entryProducts(a3, b3, multiply);
    return tf.reshape(product, [...batch, rows, columns]);
  });
}

/** Multiplications in one product of two matrices up to which cutting the batch into single matrices costs more than it brings. */
const smallProduct = 2 ** 16;

/** Whether wasm's own batched kernel is the faster one: a plain loop, but without a slice and a call for each matrix of the batch. */
export function suitsOwnKernel(left: readonly number[], right: readonly number[], transposeLeft: boolean): boolean {
  const batch = tf.util.sizeFromShape(right.slice(0, -2));
  const [first = 1, second = 1] = left.slice(-2);
  const [rows, inner] = transposeLeft ? [second, first] : [first, second];
  const columns = tf.util.sizeFromShape(right.slice(-2)) / inner;
  return batch > 1 && rows * inner * columns <= smallProduct;
}

/** One right matrix for the whole batch: the batch is more rows. */
function foldedProduct(
  a: tf.Tensor3D,
  b: tf.Tensor3D,
  multiply: (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D,
): tf.Tensor3D {
  return multiply(tf.reshape(a, [1, a.shape[0] * a.shape[1], a.shape[2]]), b);
}

function entryProducts(
  a: tf.Tensor3D,
  b: tf.Tensor3D,
  multiply: (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D,
): tf.Tensor3D {
  const products: tf.Tensor3D[] = [];
  for (let entry = 0; entry < b.shape[0]; entry++) {
    products.push(multiply(matrixAt(a, a.shape[0] === 1 ? 0 : entry), matrixAt(b, entry)));
  }
  return tf.concat(products, 0);
}

function matrixAt(x: tf.Tensor3D, entry: number): tf.Tensor3D {
  return tf.slice(x, [entry, 0, 0], [1, x.shape[1], x.shape[2]]);
}

function swapLast(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

function matrixShape(x: tf.Tensor): [number, number] {
  const [rows, columns] = x.shape.slice(-2);
  if (rows === undefined || columns === undefined)
    throw new Error(`a matrix product needs rank 2 or more, not [${x.shape.join(', ')}]`);
  return [rows, columns];
}
