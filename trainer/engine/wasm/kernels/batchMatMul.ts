import * as tf from '@tensorflow/tfjs-core';

/** A product of matrices of rank 3 that are not transposed. */
type Product = (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D;

interface Transposed {
  readonly left: boolean;
  readonly right: boolean;
}

/**
 * Matrix product with leading batch dimensions as products of plain matrices: the only form that wasm gives to its fast
 * library, and four to twenty times the speed of the others, which are what the gradient of each dense layer asks for.
 *
 * @param left [..., M, K], or [..., K, M] when transposed
 * @param right [..., K, N], or [..., N, K] when transposed
 * @param single multiplies batches of one
 * @param entries multiplies the entries of two batches, one of which may be a batch of one
 * @returns [..., M, N]
 */
export function batchMatMul(
  left: tf.Tensor,
  right: tf.Tensor,
  transposed: Transposed,
  single: Product,
  entries: Product,
): tf.Tensor {
  return tf.tidy(() => {
    if (isCheaperMirrored(left, right, transposed)) {
      const mirrored = {left: !transposed.right, right: !transposed.left};
      return swapLast(batchMatMul(right, left, mirrored, single, entries));
    }
    const a = transposed.left ? swapLast(left) : left;
    const b = transposed.right ? swapLast(right) : right;
    const [rows, inner] = matrixShape(a);
    const columns = matrixShape(b)[1];
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const a3 = tf.reshape<tf.Rank.R3>(a, [-1, rows, inner]);
    const b3 = tf.reshape<tf.Rank.R3>(b, [-1, inner, columns]);
    // One right matrix for the whole batch: the batch is more rows.
    const product = b3.shape[0] === 1 ? single(tf.reshape(a3, [1, -1, inner]), b3) : entries(a3, b3);
    return tf.reshape(product, [...batch, rows, columns]);
  });
}

/** Whether (B^T A^T)^T has less to transpose than A B. */
function isCheaperMirrored(left: tf.Tensor, right: tf.Tensor, transposed: Transposed): boolean {
  const isSameBatch = tf.util.arraysEqual(left.shape.slice(0, -2), right.shape.slice(0, -2));
  if (!isSameBatch || !(transposed.left || transposed.right)) return false;
  const [, inner = 1] = transposed.left ? matrixShape(left).toReversed() : matrixShape(left);
  const [, columns = 1] = transposed.right ? matrixShape(right).toReversed() : matrixShape(right);
  const product = (left.size / inner) * columns;
  const direct = (transposed.left ? left.size : 0) + (transposed.right ? right.size : 0);
  return left.size + right.size - direct + product < direct;
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
