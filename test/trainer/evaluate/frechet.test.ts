import {Matrix, SingularValueDecomposition} from 'ml-matrix';
import {describe, expect, it} from 'vitest';
import type {FeatureSet} from '../../../trainer/evaluate/featureRows.ts';
import {streamedStatistics} from '../../../trainer/evaluate/featureStatistics.ts';
import {frechetDistance, type Gaussian} from '../../../trainer/evaluate/frechet.ts';
import {createRandom} from '../../../trainer/random.ts';
import {expectAllClose} from '../../helpers/engine/allClose.ts';
import {goldenFeatures} from '../../helpers/golden/goldenFeatures.ts';

/** What SciPy's sqrtm gives for the golden features, in double. */
const SCIPY = {ab: 603.5494127599402, aRankDeficient: 777.3778171639042};

function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}

function randomFeatures(count: number, dimension: number, seed: number): FeatureSet {
  const random = createRandom(seed, 'features');
  return {values: Float64Array.from({length: count * dimension}, () => random.normal()), count, dimension};
}

/** tr (S1 S2)^(1/2) is the nuclear norm of Xc Yc^T over the roots of N - 1: another road to the same number. */
function frechetByNuclearNorm(a: FeatureSet, b: FeatureSet): number {
  const [x, y] = [centred(a), centred(b)];
  const [s1, s2] = [x, y].map((m) =>
    m
      .transpose()
      .mmul(m)
      .div(m.rows - 1),
  ) as [Matrix, Matrix];
  const {diagonal} = new SingularValueDecomposition(x.mmul(y.transpose()), {autoTranspose: true});
  const nuclear = diagonal.reduce((sum, value) => sum + value, 0) / Math.sqrt((x.rows - 1) * (y.rows - 1));
  const shift = streamedStatistics([a]).mean.reduce(
    (sum, m, i) => sum + (m - (streamedStatistics([b]).mean[i] ?? NaN)) ** 2,
    0,
  );
  return shift + s1.trace() + s2.trace() - 2 * nuclear;
}

function centred({values, count, dimension}: FeatureSet): Matrix {
  return Matrix.from1DArray(count, dimension, values).center('column');
}

describe('gaussian', () => {
  it('is the mean and the N-1 covariance', () => {
    const {mean, covariance} = streamedStatistics([
      {values: Float64Array.of(1, 10, 2, 30, 6, 20), count: 3, dimension: 2},
    ]);
    expectAllClose(mean, [3, 20], 1e-14);
    expectAllClose(covariance, [7, 5, 5, 100], 1e-12);
  });

  it('refuses a single image', () => {
    expect(() => streamedStatistics([{values: Float64Array.of(1, 2), count: 1, dimension: 2}])).toThrow(
      'at least 2 images',
    );
  });
});

describe('frechetDistance', () => {
  it('agrees with SciPy on the golden features', async () => {
    const [a, b] = [streamedStatistics([await goldenFeatures('a')]), streamedStatistics([await goldenFeatures('b')])];
    expect(relativeError(frechetDistance(a, b), SCIPY.ab)).toBeLessThan(1e-6);
    expect(relativeError(frechetDistance(b, a), SCIPY.ab)).toBeLessThan(1e-6);
  });

  it('is zero from a set to itself', async () => {
    const a = streamedStatistics([await goldenFeatures('a')]);
    const few = streamedStatistics([await goldenFeatures('rank_deficient')]);
    expect(Math.abs(frechetDistance(a, a))).toBeLessThan(1e-6);
    expect(Math.abs(frechetDistance(few, few))).toBeLessThan(1e-6);
  });

  it('takes a covariance without full rank', async () => {
    const [a, few] = [await goldenFeatures('a'), await goldenFeatures('rank_deficient')];
    const distance = frechetDistance(streamedStatistics([a]), streamedStatistics([few]));
    expect(relativeError(distance, frechetByNuclearNorm(a, few))).toBeLessThan(1e-9);
    expect(relativeError(frechetDistance(streamedStatistics([few]), streamedStatistics([a])), distance)).toBeLessThan(
      1e-9,
    );
    // SciPy's general root of a singular product is itself only good to about 1e-5.
    expect(relativeError(distance, SCIPY.aRankDeficient)).toBeLessThan(1e-5);
  });

  it('of two sets that both lack rank agrees with the nuclear norm', () => {
    const [a, b] = [randomFeatures(12, 20, 1), randomFeatures(9, 20, 2)];
    expect(
      relativeError(frechetDistance(streamedStatistics([a]), streamedStatistics([b])), frechetByNuclearNorm(a, b)),
    ).toBeLessThan(1e-7);
  });

  it('of a shifted set is the squared shift, of a scaled one (c - 1)^2 tr S', () => {
    const a = streamedStatistics([randomFeatures(200, 8, 3)]);
    const shifted: Gaussian = {...a, mean: a.mean.map((m) => m + 0.5)};
    const scaled: Gaussian = {...a, covariance: a.covariance.map((c) => c * 9)};
    const trace = a.mean.reduce((sum, _, i) => sum + (a.covariance[i * 8 + i] ?? NaN), 0);
    expect(frechetDistance(a, shifted)).toBeCloseTo(8 * 0.25, 9);
    expect(frechetDistance(a, scaled)).toBeCloseTo(4 * trace, 9);
  });

  it('of constant features is the squared shift', () => {
    const flat = (value: number) =>
      streamedStatistics([{values: new Float64Array(6).fill(value), count: 3, dimension: 2}]);
    expect(frechetDistance(flat(1), flat(4))).toBe(18);
  });

  it('refuses what is no covariance', () => {
    const proper: Gaussian = {mean: new Float64Array(2), covariance: Float64Array.of(1, 0, 0, 1)};
    const indefinite: Gaussian = {mean: new Float64Array(2), covariance: Float64Array.of(1, 0, 0, -0.5)};
    const broken: Gaussian = {mean: new Float64Array(2), covariance: Float64Array.of(NaN, 0, 0, 1)};
    expect(() => frechetDistance(indefinite, proper)).toThrow('no covariance matrix');
    expect(() => frechetDistance(proper, indefinite)).toThrow('no covariance matrix');
    expect(() => frechetDistance(broken, proper)).toThrow('no covariance matrix');
  });
});
