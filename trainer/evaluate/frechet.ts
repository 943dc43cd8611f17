import {EigenvalueDecomposition, Matrix} from 'ml-matrix';
import {UserError} from '../contract/errors.ts';
import {traceOfRootOfProduct} from './kernel/rootTrace.ts';

/** Mean [d] and covariance [d, d] (row-major, normalised by N - 1) of feature vectors, in float64. */
export interface Gaussian {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/**
 * Fréchet distance of two Gaussians (Heusel et al. 2017, eq. 6):
 *
 *     |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)
 *
 * With S1 = B B^T the trace is the sum of the roots of the eigenvalues of B^T S2 B, which is symmetric, so that no
 * complex matrix root is needed and a covariance without full rank (fewer images than dimensions) needs no special case.
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const dimension = a.mean.length;
  if (b.mean.length !== dimension) {
    throw new Error(`features of different networks: ${dimension} and ${b.mean.length} dimensions`);
  }
  const shift = a.mean.reduce((sum, mean, i) => sum + (mean - (b.mean[i] ?? NaN)) ** 2, 0);
  return shift + trace(a) + trace(b) - 2 * traceOfRoot(a, b);
}

function trace({mean, covariance}: Gaussian): number {
  return mean.reduce((sum, _, i) => sum + (covariance[i * mean.length + i] ?? NaN), 0);
}

/** Features from which on compiled kernels are worth their start; fewer keep the digits of earlier versions. */
const manyFeatures = 256;

function traceOfRoot(a: Gaussian, b: Gaussian): number {
  if (a.mean.length >= manyFeatures) return traceOfManyFeatures(a, b);
  const factor = symmetricFactor(asMatrix(a));
  if (factor === null) return 0;
  const product = factor.transpose().mmul(asMatrix(b)).mmul(factor);
  const {values} = symmetricEigen(product);
  return values.reduce((sum, value) => sum + Math.sqrt(value), 0);
}

function traceOfManyFeatures(a: Gaussian, b: Gaussian): number {
  if (![a, b].every(({covariance}) => covariance.every(Number.isFinite))) {
    throw noCovariance('it contains numbers that are not finite');
  }
  const found = traceOfRootOfProduct(a.covariance, b.covariance, a.mean.length);
  if (found === null) throw noCovariance('it has a negative eigenvalue');
  return found;
}

/** B [d, rank] with S = B B^T: eigenvectors times the roots of their eigenvalues. Null where S is zero. */
function symmetricFactor(matrix: Matrix): Matrix | null {
  const {values, vectors} = symmetricEigen(matrix);
  const kept = values.flatMap((value, i) => (value > 0 ? [i] : []));
  if (kept.length === 0) return null;
  const factor = vectors.subMatrixColumn(kept);
  kept.forEach((i, column) => factor.mulColumn(column, Math.sqrt(values[i] ?? NaN)));
  return factor;
}

/**
 * Eigenvalues and eigenvectors. Eigenvalues within rounding error of zero are set to zero, since their square roots would be 1e8 times that error;
 * a clearly negative one means that the matrix is not a covariance.
 */
function symmetricEigen(matrix: Matrix): {values: number[]; vectors: Matrix} {
  const symmetric = Matrix.add(matrix, matrix.transpose()).mul(0.5);
  if (!symmetric.to1DArray().every(Number.isFinite)) throw noCovariance('it contains numbers that are not finite');
  const {realEigenvalues, eigenvectorMatrix} = new EigenvalueDecomposition(symmetric, {assumeSymmetric: true});
  const largest = Math.max(...realEigenvalues.map(Math.abs));
  const smallest = Math.min(...realEigenvalues);
  if (smallest < -1e-6 * largest) throw noCovariance(`it has the eigenvalue ${smallest}`);
  const rounding = largest * matrix.rows * Number.EPSILON;
  return {values: realEigenvalues.map((value) => (value > rounding ? value : 0)), vectors: eigenvectorMatrix};
}

function noCovariance(reason: string): UserError {
  return new UserError('covariance-invalid', `This is no covariance matrix: ${reason}.`, {
    hint: 'Check the statistics file, and that all images are finite.',
  });
}

function asMatrix({mean, covariance}: Gaussian): Matrix {
  return Matrix.from1DArray(mean.length, mean.length, covariance);
}
