/** Settings of the CMA evolution strategy that follow from the dimension and the size of its population. */
export interface CmaParameters {
  /** Dimension n. */
  readonly dimension: number;
  /** Population size lambda. */
  readonly population: number;
  /** Recombination weights w_1 … w_lambda, best candidate first; the positive ones sum to 1, the others are negative. */
  readonly weights: readonly number[];
  /** Variance effective selection mass of the positive weights, mu_eff. */
  readonly muEff: number;
  /** Learning rate and damping of the step size, c_sigma and d_sigma. */
  readonly cSigma: number;
  readonly dSigma: number;
  /** Learning rates of the evolution path, of the rank-one and of the rank-mu update of the covariance. */
  readonly cc: number;
  readonly c1: number;
  readonly cMu: number;
}

/**
 * The defaults of N. Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv 1604.00772), Table 1; equation numbers are those of its
 * appendix A. The learning rate c_m of the mean is 1 (Eq. 54).
 */
export function cmaParameters(dimension: number, population = defaultPopulation(dimension)): CmaParameters {
  const n = dimension;
  // Eq. 49: raw weights fall with the logarithm of the rank and turn negative behind half of the population.
  const raw = Array.from({length: population}, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const parents = Math.floor(population / 2);
  const muEff = selectionMass(raw.slice(0, parents));
  // Eqs. 57 and 58 with alpha_cov = 2.
  const c1 = 2 / ((n + 1.3) ** 2 + muEff);
  const cMu = Math.min(1 - c1, (2 * (muEff - 2 + 1 / muEff)) / ((n + 2) ** 2 + muEff));
  return {
    dimension: n,
    population,
    weights: scaledWeights(raw, negativeSum(n, c1, cMu, selectionMass(raw.slice(parents)))),
    muEff,
    cSigma: (muEff + 2) / (n + muEff + 5), // Eq. 55
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + (muEff + 2) / (n + muEff + 5), // Eq. 55
    cc: (4 + muEff / n) / (n + 4 + (2 * muEff) / n), // Eq. 56
    c1,
    cMu,
  };
}

/** Eq. 48 */
function defaultPopulation(dimension: number): number {
  return 4 + Math.floor(3 * Math.log(dimension));
}

/** (sum w)^2 / sum w^2 */
function selectionMass(weights: readonly number[]): number {
  return sum(weights) ** 2 / sum(weights.map((weight) => weight * weight));
}

/** What the negative weights sum to, in absolute value: the least of Eqs. 50 to 52, so that the covariance stays positive definite. */
function negativeSum(n: number, c1: number, cMu: number, muEffNegative: number): number {
  return Math.min(
    1 + c1 / cMu, // Eq. 50
    1 + (2 * muEffNegative) / (muEffNegative + 2), // Eq. 51
    (1 - c1 - cMu) / (n * cMu), // Eq. 52
  );
}

/** Eq. 53 */
function scaledWeights(raw: readonly number[], negative: number): number[] {
  const positiveSum = sum(raw.filter((weight) => weight > 0));
  const negativeTotal = -sum(raw.filter((weight) => weight < 0));
  return raw.map((weight) => (weight >= 0 ? weight / positiveSum : (negative * weight) / negativeTotal));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
