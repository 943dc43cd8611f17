import * as tf from '@tensorflow/tfjs-core';
import {rowsFrom, type FeatureRows, type FeatureSet} from './featureRows.ts';

/** Dot products of some rows of one set with some of another. */
export interface GramBlock {
  readonly a: FeatureSet;
  readonly b: FeatureSet;
  /** Numbers of the first rows. */
  readonly firstA: number;
  readonly firstB: number;
  /** [rows of a, rows of b] */
  readonly products: ArrayLike<number>;
}

/** Rows of a block: two blocks of 2048 features and their products take 50 MB. */
const blockRows = 2048;
/** Multiplications that are done in double on the host; more are done in single precision on the engine. */
const hostProducts = 2 ** 27;

/** Whether the products of rows of these two sets, or of each by itself, are more than the host does. */
export function needsEngine(a: FeatureRows, b: FeatureRows): boolean {
  const rows = Math.min(blockRows, Math.max(a.count, b.count));
  return rows ** 2 * a.dimension > hostProducts;
}

/** All dot products of the rows of two sets, block by block; those of the same rows of `a` come one after the other. */
export function gramBlocks(a: FeatureRows, b: FeatureRows): AsyncGenerator<GramBlock> {
  return blocksFrom(a, b, () => 0);
}

/** The same of one set with itself, but of two different blocks of rows only one way round. */
export function ownGramBlocks(rows: FeatureRows): AsyncGenerator<GramBlock> {
  return blocksFrom(rows, rows, (firstA) => firstA);
}

async function* blocksFrom(
  a: FeatureRows,
  b: FeatureRows,
  startFor: (firstA: number) => number,
): AsyncGenerator<GramBlock> {
  for (let firstA = 0; firstA < a.count; firstA += blockRows) {
    const rowsA = rowsFrom(a, firstA, Math.min(blockRows, a.count - firstA));
    for (let firstB = startFor(firstA); firstB < b.count; firstB += blockRows) {
      const rowsB = rowsFrom(b, firstB, Math.min(blockRows, b.count - firstB));
      yield {a: rowsA, b: rowsB, firstA, firstB, products: await dotProducts(rowsA, rowsB)};
    }
  }
}

/** [rows of a, rows of b] */
export async function dotProducts(a: FeatureSet, b: FeatureSet): Promise<ArrayLike<number>> {
  return a.count * b.count * a.dimension <= hostProducts ? productsOnHost(a, b) : productsOnEngine(a, b);
}

function productsOnHost(a: FeatureSet, b: FeatureSet): Float64Array {
  const size = a.dimension;
  const products = new Float64Array(a.count * b.count);
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) {
      let dot = 0;
      for (let k = 0; k < size; k++) dot += a.values[i * size + k]! * b.values[j * size + k]!;
      products[i * b.count + j] = dot;
    }
  }
  return products;
}

async function productsOnEngine(a: FeatureSet, b: FeatureSet): Promise<Float32Array> {
  const product = tf.tidy(() => {
    const [first, second] = [a, b].map(({values, count, dimension}) =>
      tf.tensor2d(values instanceof Float32Array ? values : new Float32Array(values), [count, dimension]),
    ) as [tf.Tensor2D, tf.Tensor2D];
    return tf.matMul(first, second, false, true);
  });
  return (await product.data().finally(() => product.dispose())) as Float32Array;
}

/** |x|^2 of each row, in double. */
export function squaredLengths({values, count, dimension}: FeatureSet): Float64Array {
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++) for (let k = 0; k < dimension; k++) squares[i]! += values[i * dimension + k]! ** 2;
  return squares;
}
