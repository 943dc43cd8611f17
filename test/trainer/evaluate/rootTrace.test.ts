import {EigenvalueDecomposition, Matrix} from 'ml-matrix';
import {expect, it} from 'vitest';
import {streamedStatistics} from '../../../trainer/evaluate/featureStatistics.ts';
import {traceOfRootOfProduct} from '../../../trainer/evaluate/kernel/rootTrace.ts';
import {createRandom} from '../../../trainer/random.ts';

/** The covariance of so many correlated vectors. */
function covariance(count: number, dimension: number, seed: number): Float64Array {
  const random = createRandom(seed, 'vectors');
  const values = Float64Array.from({length: count * dimension}, () => random.normal());
  for (let i = 0; i < values.length; i++)
    if (i % dimension > 0) values[i] = (values[i] ?? 0) + 0.9 * (values[i - 1] ?? 0);
  return streamedStatistics([{values, count, dimension}]).covariance;
}

/** By eigenvectors of the first. */
function expected(a: Float64Array, b: Float64Array, size: number): number {
  const {realEigenvalues, eigenvectorMatrix} = new EigenvalueDecomposition(Matrix.from1DArray(size, size, a), {
    assumeSymmetric: true,
  });
  const factor = eigenvectorMatrix.clone();
  realEigenvalues.forEach((value, column) => factor.mulColumn(column, Math.sqrt(Math.max(0, value))));
  const product = factor
    .transpose()
    .mmul(Matrix.from1DArray(size, size, b))
    .mmul(factor);
  const symmetric = Matrix.add(product, product.transpose()).mul(0.5);
  const {realEigenvalues: values} = new EigenvalueDecomposition(symmetric, {assumeSymmetric: true});
  const rounding = Math.max(...values) * size * Number.EPSILON;
  return values.reduce((sum, value) => sum + (value > rounding ? Math.sqrt(value) : 0), 0);
}

it.each([
  [1, 10, 10],
  [5, 40, 30],
  [34, 90, 100],
  [67, 200, 180],
  [67, 30, 200],
  [67, 200, 30],
  [70, 20, 30],
  [131, 300, 400],
])('of %i features of %i and %i images', (size, first, second) => {
  const [a, b] = [covariance(first, size, 1), covariance(second, size, 2)];
  const found = traceOfRootOfProduct(a, b, size) ?? NaN;
  expect(Math.abs(found / expected(a, b, size) - 1)).toBeLessThan(1e-8);
});

it('is refused of what is no covariance', () => {
  const a = covariance(100, 20, 1);
  expect(
    traceOfRootOfProduct(
      a,
      a.map((value) => -value),
      20,
    ),
  ).toBeNull();
});
