import {EigenvalueDecomposition, Matrix} from 'ml-matrix';
import {createRandom} from '../../random.ts';
import {cmaParameters, type CmaParameters} from './cmaParameters.ts';

export interface CmaSettings {
  /** First mean m, which also gives the dimension. */
  readonly mean: readonly number[];
  /** First step size sigma: about a third of the distance within which the optimum is expected. */
  readonly sigma: number;
  readonly seed: number;
  /** Candidates of a generation; left out: 4 + floor(3 ln n). */
  readonly population?: number;
}

/**
 * The CMA evolution strategy with active covariance update: it draws candidates from a normal distribution whose mean, step size and
 * covariance follow the better ones. N. Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv 1604.00772), Figure 6; equation
 * numbers are those of its appendix A. Only the order of the losses counts, and one that is not finite comes last.
 */
export class CmaEs {
  readonly parameters: CmaParameters;
  readonly #seed: number;
  #generation = 0;
  #mean: number[];
  #sigma: number;
  /** Evolution paths p_sigma and p_c. */
  #stepPath: number[];
  #path: number[];
  #covariance: Matrix;
  /** C = B D^2 B^T */
  #axes: Matrix;
  #lengths: number[];

  constructor({mean, sigma, seed, population}: CmaSettings) {
    const n = mean.length;
    this.parameters = cmaParameters(n, population);
    this.#seed = seed;
    this.#mean = [...mean];
    this.#sigma = sigma;
    this.#stepPath = mean.map(() => 0);
    this.#path = mean.map(() => 0);
    this.#covariance = Matrix.eye(n, n);
    this.#axes = Matrix.eye(n, n);
    this.#lengths = mean.map(() => 1);
  }

  get mean(): readonly number[] {
    return this.#mean;
  }

  /** Standard deviation along the longest axis of the distribution. */
  get spread(): number {
    return this.#sigma * Math.max(...this.#lengths);
  }

  /** The candidates of the next generation; a function of the settings and all earlier losses. */
  ask(): number[][] {
    const random = createRandom(this.#seed, 'cma-es', this.#generation);
    return Array.from({length: this.parameters.population}, () => {
      const z = this.#mean.map(() => random.normal()); // Eq. 38
      const y = multiply(
        this.#axes,
        z.map((value, i) => value * (this.#lengths[i] ?? 0)),
      ); // Eq. 39
      return this.#mean.map((value, i) => value + this.#sigma * (y[i] ?? 0)); // Eq. 40
    });
  }

  /** Takes in the losses of a generation, in the order of its candidates. */
  tell(candidates: readonly (readonly number[])[], losses: readonly number[]): void {
    const value = (i: number) => (Number.isNaN(losses[i]) ? Infinity : (losses[i] ?? Infinity));
    const order = candidates.map((_, i) => i).sort((a, b) => compare(value(a), value(b)));
    const steps = order.map((i) => this.#mean.map((m, k) => ((candidates[i]?.[k] ?? m) - m) / this.#sigma));
    this.#generation++;
    const move = this.#weightedMove(steps);
    this.#mean = this.#mean.map((m, k) => m + this.#sigma * (move[k] ?? 0)); // Eq. 42 with c_m = 1
    this.#followSteps(move);
    this.#adaptCovariance(steps, move);
    this.#decompose();
  }

  /** Eq. 41: the mean step of the better half. */
  #weightedMove(steps: readonly (readonly number[])[]): number[] {
    const {weights} = this.parameters;
    return this.#mean.map((_, k) =>
      steps.reduce((sum, step, i) => sum + Math.max(0, weights[i] ?? 0) * (step[k] ?? 0), 0),
    );
  }

  /** Eqs. 43 and 44: the step size grows where steps go the same way, and shrinks where they cancel out. */
  #followSteps(move: readonly number[]): void {
    const {cSigma, dSigma, muEff} = this.parameters;
    const whitened = this.#whiten(move);
    const scale = Math.sqrt(cSigma * (2 - cSigma) * muEff);
    this.#stepPath = this.#stepPath.map((value, k) => (1 - cSigma) * value + scale * (whitened[k] ?? 0));
    this.#sigma *= Math.exp((cSigma / dSigma) * (norm(this.#stepPath) / expectedNorm(move.length) - 1));
  }

  /** Eqs. 45 to 47. */
  #adaptCovariance(steps: readonly (readonly number[])[], move: readonly number[]): void {
    const {dimension: n, cc, c1, cMu, muEff, weights} = this.parameters;
    const goesOn = this.#isPathShort();
    const scale = goesOn * Math.sqrt(cc * (2 - cc) * muEff);
    this.#path = this.#path.map((value, k) => (1 - cc) * value + scale * (move[k] ?? 0)); // Eq. 45
    const lost = (1 - goesOn) * cc * (2 - cc);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const covariance = Matrix.mul(this.#covariance, 1 + c1 * lost - c1 - cMu * total);
    addOuter(covariance, this.#path, c1);
    steps.forEach((step, i) => {
      const weight = weights[i] ?? 0;
      // Eq. 46: a negative weight subtracts no more than a step of expected length would add.
      const length = norm(this.#whiten(step)) ** 2;
      addOuter(covariance, step, cMu * (weight >= 0 || length === 0 ? Math.max(0, weight) : (weight * n) / length));
    });
    this.#covariance = covariance;
  }

  /** h_sigma: 0 while the path of the steps is long, so that the covariance does not grow before the step size has. */
  #isPathShort(): 0 | 1 {
    const {cSigma, dimension: n} = this.parameters;
    const length = norm(this.#stepPath) / Math.sqrt(1 - (1 - cSigma) ** (2 * this.#generation));
    return length < (1.4 + 2 / (n + 1)) * expectedNorm(n) ? 1 : 0;
  }

  /** C^(-1/2) y */
  #whiten(y: readonly number[]): number[] {
    const along = multiply(this.#axes.transpose(), y);
    return multiply(
      this.#axes,
      along.map((value, i) => value / (this.#lengths[i] ?? 1)),
    );
  }

  #decompose(): void {
    const {eigenvectorMatrix, realEigenvalues} = new EigenvalueDecomposition(this.#covariance, {assumeSymmetric: true});
    this.#axes = eigenvectorMatrix;
    // Rounding may leave an eigenvalue at or below zero where the distribution has become flat.
    this.#lengths = realEigenvalues.map((value) => Math.sqrt(Math.max(value, Number.MIN_VALUE)));
  }
}

/** E|N(0, I)| in n dimensions. */
function expectedNorm(n: number): number {
  return Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
}

function addOuter(sum: Matrix, vector: readonly number[], scale: number): void {
  vector.forEach((a, i) => vector.forEach((b, j) => sum.set(i, j, sum.get(i, j) + scale * a * b)));
}

function multiply(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.mmul(Matrix.columnVector([...vector])).to1DArray();
}

function norm(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

/** Compares infinities as equal; their difference would be NaN. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
