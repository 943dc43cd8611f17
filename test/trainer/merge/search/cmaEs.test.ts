import {describe, expect, it} from 'vitest';
import {CmaEs} from '../../../../trainer/merge/search/cmaEs.ts';
import {cmaParameters} from '../../../../trainer/merge/search/cmaParameters.ts';

type Loss = (x: readonly number[]) => number;

/** Minimises from `mean` until the loss is below `target`; returns the evaluations it took, or Infinity. */
function minimise(loss: Loss, mean: readonly number[], target: number, {seed = 1, sigma = 0.5, most = 20_000} = {}) {
  const strategy = new CmaEs({mean, sigma, seed});
  let best = Infinity;
  let found: readonly number[] = mean;
  for (let evaluations = 0; evaluations < most;) {
    const candidates = strategy.ask();
    const losses = candidates.map(loss);
    losses.forEach((value, i) => {
      evaluations++;
      if (value >= best) return;
      best = value;
      found = candidates[i] ?? [];
    });
    if (best < target) return {evaluations, found, best};
    strategy.tell(candidates, losses);
  }
  return {evaluations: Infinity, found, best};
}

const sphere: Loss = (x) => x.reduce((sum, value) => sum + value * value, 0);
/** Axes whose curvatures differ by a factor of a million. */
const ellipsoid: Loss = (x) => x.reduce((sum, value, i) => sum + 1e6 ** (i / (x.length - 1)) * value * value, 0);
const rosenbrock: Loss = (x) =>
  x.slice(1).reduce((sum, next, i) => sum + 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);
/** The ellipsoid in axes that are not those of the coordinates: in the plane of each pair of neighbours. */
const turned: Loss = (x) => {
  const y = [...x];
  for (let i = 0; i + 1 < y.length; i++) {
    const [a, b] = [y[i]!, y[i + 1]!];
    [y[i], y[i + 1]] = [0.6 * a - 0.8 * b, 0.8 * a + 0.6 * b];
  }
  return ellipsoid(y);
};

describe('cmaParameters', () => {
  it('has the population, weights and rates of Table 1 for ten dimensions', () => {
    const {population, weights, muEff, cSigma, c1, cMu, cc} = cmaParameters(10);
    expect(population).toBe(10);
    // Hansen's own program prints for this `(5_w,10)-aCMA-ES (mu_w=3.2,w_1=45%)`; the rates are Table 1 by hand.
    expect(muEff).toBeCloseTo(3.1673, 4);
    expect(weights[0]).toBeCloseTo(0.4563, 4);
    expect(cSigma).toBeCloseTo((3.1673 + 2) / (10 + 3.1673 + 5), 4);
    expect(c1).toBeCloseTo(2 / (11.3 ** 2 + 3.1673), 6);
    expect(cMu).toBeCloseTo((2 * (3.1673 - 2 + 1 / 3.1673)) / (144 + 3.1673), 6);
    expect(cc).toBeCloseTo((4 + 0.31673) / (14 + 0.63346), 5);
  });

  it.each([1, 2, 4, 12, 40])('keeps the covariance positive definite in %i dimensions', (n) => {
    const {weights, c1, cMu} = cmaParameters(n);
    const positive = weights.filter((weight) => weight > 0).reduce((sum, weight) => sum + weight, 0);
    const negative = weights.filter((weight) => weight < 0).reduce((sum, weight) => sum - weight, 0);
    expect(positive).toBeCloseTo(1, 12);
    // What a generation takes away along one axis is less than what it leaves.
    expect(cMu * n * negative).toBeLessThanOrEqual(1 - c1 - cMu + 1e-12);
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
  });
});

describe('CmaEs', () => {
  // Out of reach without the covariance: the axes of the ellipsoids differ by a factor of a thousand.
  it.each([
    ['sphere in 4', sphere, [1, -1, 2, 0.5], 900],
    ['sphere in 10', sphere, Array.from({length: 10}, () => 1), 2400],
    ['ellipsoid in 4', ellipsoid, [1, -1, 2, 0.5], 3000],
    ['ellipsoid in 10', ellipsoid, Array.from({length: 10}, () => 1), 9000],
    ['turned ellipsoid in 10', turned, Array.from({length: 10}, () => 1), 9000],
    ['Rosenbrock in 4', rosenbrock, [-0.5, 0, 0.5, 0], 4000],
    ['Rosenbrock in 8', rosenbrock, Array.from({length: 8}, () => 0), 10_000],
  ] as const)('finds the minimum of the %s dimensions', (_, loss, mean, most) => {
    for (const seed of [1, 2, 3]) expect(minimise(loss, mean, 1e-10, {seed}).evaluations).toBeLessThan(most);
  });

  it('goes to negative coordinates, and far beyond its first step', () => {
    const optimum = [-3, 0.2, -0.7, 9];
    const {found} = minimise((x) => sphere(x.map((value, i) => value - optimum[i]!)), [0, 0, 0, 0], 1e-12);
    found.forEach((value, i) => expect(value).toBeCloseTo(optimum[i]!, 5));
  });

  it('is a function of its seed', () => {
    const run = (seed: number) => minimise(rosenbrock, [0, 0, 0], 1e-8, {seed});
    expect(run(5)).toEqual(run(5));
    expect(run(6).found).not.toEqual(run(5).found);
  });

  it('looks at the order of the losses alone', () => {
    const plain = new CmaEs({mean: [1, 2], sigma: 0.3, seed: 4});
    const stretched = new CmaEs({mean: [1, 2], sigma: 0.3, seed: 4});
    for (let generation = 0; generation < 10; generation++) {
      const candidates = plain.ask();
      expect(stretched.ask()).toEqual(candidates);
      plain.tell(candidates, candidates.map(sphere));
      stretched.tell(
        candidates,
        candidates.map((x) => Math.exp(sphere(x)) - 7),
      );
    }
  });

  it('puts losses that are not finite last', () => {
    const holed: Loss = (x) => (x[0]! > 1.2 ? NaN : x[1]! > 1.5 ? Infinity : sphere(x));
    const {found} = minimise(holed, [1, 1.4], 1e-8);
    expect(sphere(found)).toBeLessThan(1e-8);
  });

  it('works in one dimension', () => {
    expect(minimise((x) => (x[0]! - 3) ** 2, [0], 1e-12).found[0]).toBeCloseTo(3, 5);
  });
});
